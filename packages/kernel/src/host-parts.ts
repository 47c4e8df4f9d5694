// What runs instances: the host, and what whoever plans its work needs.
export { configure } from './configuration.ts'
export { dependencyGraph } from './dependency-graph.ts'
export { HandOver, refusedState } from './hand-over.ts'
export { Host } from './host.ts'
