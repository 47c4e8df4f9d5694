/** A small CRM, as the tests map it: a legacy table of customers, and tables named as the modeler would. */
export const crmTables = `
  create table KUNDEN (KDNR integer primary key, NAME1 text not null, AKTIV text not null default 'J', GEBDAT text, LIMIT_BETRAG numeric, LIMIT_WAEHR text, STR text, ORT text, STATUS integer, EMAIL text unique, WERBER integer references KUNDEN, LAENGST text);
  insert into KUNDEN values
    (1, 'Ada', 'J', '10.12.1815', 1000.5, 'EUR', 'Storgata 7', 'Oslo', 1, 'ada@example.com', null, '["phone","chat"]'),
    (2, 'Bea', 'N', null, null, null, null, 'Bergen', 2, null, 1, null),
    (3, 'Çelik', 'J', '01.02.1990', 0, 'NOK', null, null, 1, null, 1, '[]');
  create table contact (id integer primary key, version integer not null default 1, customer_kdnr integer references KUNDEN, name text not null, born date, rating numeric, since text);
  insert into contact (id, customer_kdnr, name, rating) values (1, 1, 'Per', 1.5), (2, 1, 'Kari', null), (3, 2, 'Ola', 3);
  create table tag (id integer primary key, name text not null unique);
  insert into tag values (1, 'vip'), (2, 'late');
  create table customer_tags (customer_number integer not null references KUNDEN, tag_id integer not null references tag, primary key (customer_number, tag_id));
  insert into customer_tags values (1, 1), (1, 2), (3, 1);
  create table profile (customer_number integer primary key references KUNDEN, note text);
  insert into profile values (1, 'reads a lot');
  create view busy as select ORT as city, count(*) as customers from KUNDEN group by ORT;
`

export const crmFiles = {
  'model/customer.yaml': `
class: Customer
description: Whoever buys from us
key: number
attributes:
  number: number
  name: { type: text, required: true, max: 40, pattern: '\\S.*' }
  active: { type: yes-no, default: true }
  born: date
  credit: { type: money, min: 0 }
  home: { type: value, of: Home }
  status: { type: choice, of: [lead, client], default: lead }
  email: { type: e-mail, unique: true }
  recruiter: { type: reference, to: Customer }
  channels: { type: choices, of: [phone, chat, mail] }
relations:
  contacts: { many: Contact, by: customer }
  recruits: { many: Customer, by: recruiter }
  tags: { many: Tag }
  profile: { one: Profile, by: customer }
`,
  'model/home.yaml': `
value: Home
attributes:
  street: { type: text, max: 30 }
  city: text
`,
  'model/contact.yaml': `
class: Contact
key: id
locking: version
attributes:
  id: number
  version: { type: number, required: true }
  customer: { type: reference, to: Customer, required: true }
  name: { type: text, required: true }
  born: date
  rating: { type: decimal, min: 0, max: 10, scale: 1 }
  since: { type: instant, default: now }
`,
  'model/tag.yaml': `
class: Tag
key: id
attributes:
  id: number
  name: { type: text, required: true, unique: true }
relations:
  customers: { many: Customer, by: tags }
`,
  'model/profile.yaml': `
class: Profile
key: customer
attributes:
  customer: { type: reference, to: Customer, unique: true }
  note: long-text
`,
  'model/busy.yaml': `
class: Busy
attributes:
  city: text
  customers: number
`,
  'mapping/customer.yaml': `
class: Customer
table: KUNDEN
columns:
  number: KDNR
  name: NAME1
  active: { column: AKTIV, yes: J, no: N }
  born: { column: GEBDAT, format: DD.MM.YYYY }
  credit: { amount: LIMIT_BETRAG, currency: LIMIT_WAEHR }
  home: { street: STR, city: ORT }
  status: { column: STATUS, values: { lead: 1, client: 2 } }
  email: EMAIL
  recruiter: WERBER
  channels: LAENGST
`,
  'mapping/contact.yaml': `
class: Contact
columns:
  customer: customer_kdnr
`,
  'mapping/busy.yaml': `
class: Busy
readonly: true
`,
}
