import type { Cell, Tables } from './database-file.ts'
import { goods } from './goods.ts'
import { messyPhone } from './messy-phone.ts'
import { Random } from './random.ts'
import { regions } from './regions.ts'
import type { Region } from './regions.ts'

type Rows = readonly (readonly Cell[])[]

const customerCount = 200
const orderCount = 2_000
const firstOrder = 10_248
const firstDay = Date.UTC(2022, 0, 3)
/** Before that day the legacy system's predecessor was in use, which wrote dates another way. */
const takeover = Date.UTC(2023, 0, 1)
const oneDay = 86_400_000

/** The rows of a legacy order system: 200 customers and 2,000 orders, each table after those it refers to. */
export function legacyTables(seed: number): Tables {
  const random = new Random(seed)
  const customers = makeCustomers(random)
  const products = makeProducts(random)
  const { orders, lines } = makeOrders(random, customers, products)
  return {
    Categories: Object.keys(goods).map((name, index) => [index + 1, name, null]),
    Suppliers: suppliers.map(([company, contact, city, country], index) => [index + 1, company, contact, city, country, messyPhone(random, '44')]),
    Shippers: ['Speedy Express', 'United Package', 'Nordfrakt'].map((name, index) => [index + 1, name, messyPhone(random, '47')]),
    Employees: employees.map(([last, first, title], index) => [index + 1, last, first, title, index === 0 ? null : 1]),
    Customers: customers,
    Products: products,
    Orders: orders,
    'Order Details': lines,
  }
}

const employees = [['Fuller', 'Andrea', 'Vice President, Sales'], ['Lund', 'Kari', 'Sales Representative'], ['Peacock', 'Marge', 'Sales Representative'], ['Suyama', 'Ken', 'Sales Manager'], ['Haddad', 'Samir', 'Inside Sales Coordinator'], ['King', 'Rob', 'Sales Representative']] as const
const suppliers = [['Nordic Larder', 'Siri Aas', 'Oslo', 'Norway'], ['Grandma Kelly', 'Regina Murphy', 'Leeds', 'UK'], ['Plutzer AG', 'Martin Bein', 'Frankfurt', 'Germany'], ['Gai pâturage', 'Eliane Noz', 'Annecy', 'France'], ['Nile Orchards', 'Omar Farouk', 'Cairo', 'Egypt']] as const
const titles = ['Owner', 'Sales Manager', 'Accounting Manager', 'Purchasing', 'Order Administrator', 'Marketing Assistant']

function makeCustomers(random: Random): Rows {
  const ids = new Set(['ALFKI'])
  const first: readonly Cell[] = ['ALFKI', 'Alfa Kiosk AS', 'Ingrid Bjørnstad', 'Owner', 'Storgata 7', 'Ålesund', null, '6002', 'Norway', 'tlf. 70 12 34 56', null]
  const others = Array.from({ length: customerCount - 1 }, (_, index) => {
    const region = pickRegion(random)
    const [city, postalCode] = random.pick(region.cities)
    const [pattern, latin] = random.pick(region.companies)
    const company = pattern.replace('*', random.pick(random.chance(0.8) ? region.lastNames : region.cities.map(([name]) => name)))
    const contact = `${random.pick(region.firstNames)} ${random.pick(region.lastNames)}`
    const address = `${random.pick(region.streets)} ${random.between(1, 120)}`
    const id = uniqueId(latin ?? company, ids, random)
    // Somebody once had the caps lock on.
    return [id, index % 12 === 0 ? company.toUpperCase() : company, contact, random.pick(titles), address, city, null, postalCode, region.country, messyPhone(random, region.dial), random.chance(0.6) ? null : messyPhone(random, region.dial)]
  })
  return [first, ...others]
}

function pickRegion(random: Random): Region {
  let left = random.next() * regions.reduce((sum, { share }) => sum + share, 0)
  const found = regions.find(({ share }) => (left -= share) < 0)
  return found ?? random.pick(regions)
}

/** Five letters of the name, or where they are taken, three of them and two others. */
function uniqueId(name: string, taken: Set<string>, random: Random): string {
  const letters = `${name.normalize('NFD').replace(/[^A-Za-z]/g, '').toUpperCase()}XXXXX`
  let id = letters.slice(0, 5)
  while (taken.has(id)) id = letters.slice(0, 3) + String.fromCodePoint(random.between(65, 90), random.between(65, 90))
  taken.add(id)
  return id
}

function makeProducts(random: Random): Rows {
  const listed = Object.values(goods).flatMap((products, category) => products.map((product) => ({ product, category: category + 1 })))
  return listed.map(({ product: [name, packing, price], category }, index) => [
    index + 1, name, random.between(1, suppliers.length), category, packing, price, random.between(0, 120), random.chance(0.3) ? random.between(1, 8) * 10 : 0, random.between(0, 6) * 5, random.chance(0.1) ? '1' : '0',
  ])
}

function makeOrders(random: Random, customers: Rows, products: Rows): { readonly orders: Rows; readonly lines: Rows } {
  const orders: (readonly Cell[])[] = []
  const lines: (readonly Cell[])[] = []
  let day = firstDay
  for (let index = 0; index < orderCount; index++) {
    day += random.pick([0, 0, 1, 1, 2]) * oneDay
    // Some order all the time, and the last few never.
    const customer = index === 0 ? customers[0] : customers[Math.floor(random.next() ** 2 * (customers.length - 5))]
    const [id = null, company = null, , , address = null, city = null, region = null, postalCode = null, country = null] = customer ?? []
    const shipped = random.chance(index < orderCount - 60 ? 0.995 : 0.3) ? dateText(day + random.between(1, 20) * oneDay, day) : null
    const number = firstOrder + index
    orders.push([number, id, random.between(1, employees.length), dateText(day, day), dateText(day + random.pick([14, 28, 42]) * oneDay, day), shipped, random.between(1, 3), random.between(50, 15_000) / 100, company, address, city, region, postalCode, country])
    lines.push(...makeLines(random, number, products, day < takeover))
  }
  return { orders, lines }
}

function makeLines(random: Random, order: number, products: Rows, early: boolean): Rows {
  const chosen = new Set(Array.from({ length: random.between(1, 5) }, () => random.pick(products)))
  return [...chosen].map((product) => {
    const price = Math.round(Number(product[5]) * (early ? 80 : 100)) / 100
    return [order, product[0] ?? null, price, random.between(1, 60), random.pick([0, 0, 0, 0, 0.05, 0.1, 0.15, 0.2, 0.25])]
  })
}

/** A date as the system that was in use on the day of the order wrote it. */
function dateText(time: number, written: number): string {
  const iso = new Date(time).toISOString().slice(0, 10)
  return written < takeover ? iso.split('-').toReversed().join('.') : `${iso} 00:00:00.000`
}
