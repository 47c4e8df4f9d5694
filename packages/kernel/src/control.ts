/** The services by which a host speaks to an instance in a process of its own, and the instance to its host. */
export const control = { instance: '$instance', host: '$host', requirement: 'require:' } as const
