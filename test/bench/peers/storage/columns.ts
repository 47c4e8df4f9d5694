/** The shop's tables are a legacy application's: of every attribute, the column. */
export const customerColumns = { id: 'cust_no', name: 'cust_name', email: 'e_mail', country: 'country_code', active: 'is_active', credit: 'credit_limit', created: 'created_at' } as const
export const orderColumns = { id: 'order_no', customer: 'cust_no', paid: 'is_paid', total: 'order_total', placed: 'placed_at' } as const
export const lineColumns = { id: 'line_no', order: 'order_no', product: 'prod_no', quantity: 'qty', price: 'unit_price', note: 'line_note' } as const
export const productColumns = { id: 'prod_no', name: 'prod_name', price: 'list_price' } as const

/** `cust_no as "id", …`: rows come with the names of attributes. */
export function selected(columns: Readonly<Record<string, string>>): string {
  return Object.entries(columns).map(([attribute, column]) => `${column} as "${attribute}"`).join(', ')
}
