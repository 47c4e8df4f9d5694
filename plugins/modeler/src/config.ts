import { Type } from '@caruso/contract'

/** Where the files are, and which data source classes are in unless their mapping names one. */
export const ModelerConfig = Type.Object({
  model: Type.String({ default: 'model', description: 'The folder of the classes, relative to that of the assembly' }),
  mapping: Type.String({ default: 'mapping', description: 'The folder of their mapping, likewise' }),
  policies: Type.String({ default: 'policies', description: 'The folder of who may see and change what, likewise' }),
  source: Type.String({ default: 'crm', description: 'The data source of classes whose mapping names none' }),
  declared: Type.Array(Type.String(), { default: [], description: 'Classes that components declare in code, and to which files may refer before they have' }),
})
