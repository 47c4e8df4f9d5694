import type { Schema, Values } from '@caruso/expression'

/** What the tests ask about: a customer of a shop, with everything that a schema can have. */
export const shop: Schema = {
  names: {
    name: 'text',
    age: 'number',
    balance: 'number',
    active: 'boolean',
    vip: 'boolean',
    born: 'date',
    created: 'instant',
    opens: 'time',
    waited: 'duration',
    tags: { list: 'text' },
    scores: { list: 'number' },
    address: { object: 'Address' },
    orders: { many: 'Order' },
    user: { object: 'User' },
  },
  classes: {
    Address: { city: 'text', country: { object: 'Country' } },
    Country: { code: 'text' },
    Order: { number: 'text', total: 'number', placed: 'date', paid: 'boolean', customer: { object: 'Customer' }, lines: { many: 'Line' } },
    Line: { amount: 'number', item: 'text' },
    Customer: { name: 'text' },
    User: { name: 'text', region: 'text', regions: { list: 'text' }, teams: { many: 'Team' } },
    Team: { city: 'text', lead: 'boolean' },
  },
}

export const ada: Values = {
  name: 'Ada',
  age: 36,
  balance: '12.50',
  active: true,
  vip: null,
  born: '2000-02-29',
  created: '2026-03-28T23:30:00.000001Z',
  opens: '08:30',
  waited: '5400000000',
  tags: ['new', 'loyal'],
  scores: [3, null, '1.5'],
  address: { city: 'Oslo', country: { code: 'NO' } },
  orders: [
    { number: 'A1', total: '100', placed: '2026-01-10', paid: true, customer: { name: 'Ada' }, lines: [{ amount: 2, item: 'pen' }] },
    { number: 'A2', total: '0.10', placed: '2026-02-01', paid: null, customer: null, lines: [] },
    { number: 'A3', total: null, placed: null, paid: false, customer: null, lines: [{ amount: null, item: null }] },
  ],
  user: { name: 'Grace', region: 'N', regions: ['N', 'S'], teams: [{ city: 'Oslo', lead: true }, { city: 'Bergen', lead: false }] },
}

/** Nothing is known of nobody. */
export const nobody: Values = {}
