/** What customers of a country are called, and where they are. */
export interface Region {
  readonly country: string
  /** Which share of the customers, in percent. */
  readonly share: number
  readonly dial: string
  readonly cities: readonly (readonly [city: string, postalCode: string])[]
  readonly streets: readonly string[]
  readonly firstNames: readonly string[]
  readonly lastNames: readonly string[]
  /** `*` stands for a last name or a city; the id is made of the second text where the name is not in Latin letters. */
  readonly companies: readonly (readonly [company: string, latin?: string])[]
}

export const regions: readonly Region[] = [
  {
    country: 'Norway',
    share: 25,
    dial: '47',
    cities: [['Oslo', '0150'], ['Bergen', '5003'], ['Trondheim', '7011'], ['Tromsø', '9008'], ['Ålesund', '6002'], ['Bodø', '8006'], ['Sørumsand', '1920']],
    streets: ['Storgata', 'Kirkegata', 'Sjøgata', 'Åsveien', 'Dronningens gate', 'Bjørkeveien'],
    firstNames: ['Ingrid', 'Bjørn', 'Åse', 'Øystein', 'Solveig', 'Håkon', 'Sigrid', 'Torbjørn', 'Marit', 'Lars'],
    lastNames: ['Hansen', 'Bjørnstad', 'Ødegård', 'Lysø', 'Sæther', 'Nygård', 'Åsheim', 'Berg', 'Solberg', 'Moen'],
    companies: [['* Dagligvare AS'], ['* Bakeri'], ['* Fisk og Vilt AS'], ['Kafé *'], ['* Kolonial'], ['Brødrene * AS'], ['* Hotell og Selskap']],
  },
  {
    country: 'Germany',
    share: 20,
    dial: '49',
    cities: [['Berlin', '12209'], ['München', '80805'], ['Köln', '50739'], ['Leipzig', '04179'], ['Münster', '44087']],
    streets: ['Hauptstr.', 'Bahnhofstr.', 'Goetheallee', 'Am Markt', 'Lindenweg'],
    firstNames: ['Maria', 'Jürgen', 'Renate', 'Horst', 'Käthe', 'Peter', 'Anneliese', 'Günther'],
    lastNames: ['Müller', 'Schäfer', 'Weiß', 'Kloss', 'Vogel', 'Krüger', 'Becker', 'Lehmann'],
    companies: [['* Feinkost GmbH'], ['Gasthof *'], ['* & Söhne'], ['Bäckerei *'], ['Großhandel * KG'], ['* Delikatessen']],
  },
  {
    country: 'UK',
    share: 20,
    dial: '44',
    cities: [['London', 'WA1 1DP'], ['Cowes', 'PO31 7PJ'], ['Leeds', 'LS1 4DY'], ['Edinburgh', 'EH1 1YZ'], ['Cardiff', 'CF10 1EP']],
    streets: ['High Street', 'Station Road', 'Hanover Sq.', 'Mill Lane', 'Victoria Terrace'],
    firstNames: ['Thomas', 'Victoria', 'Ann', 'Simon', 'Helen', 'Hari', 'Elizabeth', 'Owen'],
    lastNames: ['Hardy', "O'Brien", 'Ashworth', 'Kumar', 'Bennett', 'Crowther', 'Price', 'Davies'],
    companies: [['* & Sons Ltd'], ["*'s Beverages"], ['The * Larder'], ['* Wholesale plc'], ['The Old * Inn'], ['* Trading']],
  },
  {
    country: 'France',
    share: 15,
    dial: '33',
    cities: [['Nantes', '44000'], ['Lyon', '69004'], ['Paris', '75012'], ['Lille', '59000'], ['Orléans', '45000']],
    streets: ['rue Royale', 'place Kléber', "avenue de l'Europe", 'rue des Bouchers', 'boulevard Charonne'],
    firstNames: ['Frédérique', 'Martine', 'Laurence', 'Paul', 'Annette', 'Daniel', 'Zoé', 'François'],
    lastNames: ['Citeaux', 'Rancé', 'Lebihan', 'Henriot', 'Lefèvre', "d'Amboise", 'Moreau', 'Bertrand'],
    companies: [['Épicerie *'], ['Maison *'], ['* et fils'], ['Boulangerie *'], ['Au bon *'], ['* Spécialités']],
  },
  {
    country: 'Egypt',
    share: 12,
    dial: '20',
    cities: [['القاهرة', '11511'], ['الإسكندرية', '21500'], ['الجيزة', '12511']],
    streets: ['شارع التحرير', 'شارع النيل', 'شارع الهرم', 'طريق الكورنيش'],
    firstNames: ['أحمد', 'فاطمة', 'محمد', 'ليلى', 'يوسف', 'مريم', 'خالد', 'نور'],
    lastNames: ['حسن', 'إبراهيم', 'عبد الله', 'منصور', 'السيد', 'سليمان'],
    companies: [['شركة * للتجارة', 'Sharika'], ['مخبز *', 'Makhbaz'], ['أسواق *', 'Aswaq'], ['مطعم *', 'Mataam'], ['بقالة *', 'Baqala']],
  },
  {
    country: 'USA',
    share: 8,
    dial: '1',
    cities: [['Eugene', '97403'], ['Boise', '83720'], ['Portland', '97201'], ['Butte', '59801']],
    streets: ['Baker Blvd.', 'Main St.', 'Oak St.', 'Grizzly Peak Rd.'],
    firstNames: ['Howard', 'Yoshi', 'Jaime', 'Fran', 'Art', 'Paula'],
    lastNames: ['Snyder', 'Latimer', 'Yorres', 'Wilson', 'Nixon', 'Nuñez'],
    companies: [['* Food Market'], ['* Bros. Inc.'], ['Lazy * Country Store'], ['Great * Grocers']],
  },
]
