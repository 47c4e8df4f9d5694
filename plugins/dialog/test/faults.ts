/** A kind of fault: where in a right script it can be made, and how. */
export interface Fault {
  readonly rule: string
  readonly site: RegExp
  /** What stands there then, from what was found; `turn` counts the mutants, for faults that can be made in several ways. */
  make(found: readonly string[], turn: number, script: string): string | Change
  /** Why what is made there means the same as before; undefined where it does not. */
  readonly equivalent: (found: RegExpExecArray) => string | undefined
}

/** With a node that the script gets as well. */
export interface Change {
  readonly text: string
  readonly node: string
}

/** The last way of a node. */
const onward = /<otherwise to="(\w+)"\/>/g

/** Words for a language. */
const promptPattern = '<prompt(?: for="\\w+")? lang="\\w+">(?:[^<]|<value[^>]*>)*</prompt>'

/** One kind for each rule that is about one script. Whatever is made so is wrong by the rule's own words. */
export const faults: readonly Fault[] = [
  // The form.
  fault('xml', /<(otherwise|arg|value)\b([^>]*)\/>/g, ([, name, rest]) => `<${name}${rest}>`),
  fault('unknown-element', /<(otherwise|arg|value|on|when)\b([^>]*)\/>/g, ([, name, rest]) => `<${name}s${rest}/>`),
  fault('unknown-attribute', /<(question|when|arg|on|value|info|end) /g, ([tag]) => `${tag}hint="x" `),
  fault('missing-attribute', /(<(?:when|otherwise|question|arg|let|value|lookup|check|end)\b[^>]*?) (?:to|test|type|name|of|class|where|outcome)="[^"]*"/g, ([, before = '']) => before),
  fault('wrong-value', /(<(?:question|on)\b[^>]*? (?:type|event)="[a-z-]+)"/g, ([, before]) => `${before}s"`),
  fault('wrong-content', /<(?:when|otherwise|check) /g, ([tag]) => `<title>x</title>${tag}`),
  fault('unknown-target', / to="(\w+)"/g, ([, to]) => ` to="${to}s"`),
  fault('duplicate-id', /<(?:end|info|question|lookup) id="(\w+)"/g, ([tag, id]) => `<end id="${id}" outcome="x"/>${tag}`),
  // Names and expressions.
  fault('wrong-name', /<question id="\w+"/g, ([tag], turn) => `${tag} into="${of(turn, 'my-name', 'null', 'today', 'in', 'dialog', '1st')}"`),
  fault('taken-name', /<question id="\w+"/g, ([tag]) => `${tag} into="customerNumber"`),
  fault('two-types', /<question id="\w+"/g, ([tag]) => `${tag} into="customer"`),
  fault('expression', / (test|relevant|where|of|min|max|default)="([^"]+)"/g, ([, name, source], turn) => ` ${name}="${of(turn, `${source} +`, `nobody.${source}`, `(${source}`, `size(${source}) + today`)}"`),
  fault('early-name', /<prompt[^>]*>(?=[^<]*<\/prompt>\s*(?:<prompt[^>]*>[^<]*<\/prompt>\s*)*<otherwise to="(?:who|danger)"\/>)/g, ([tag], turn, script) => `${tag}<value of="${questionIn(script, turn)}"/>`),
  fault('unused-name', /<let /g, ([tag], turn) => `<let name="spare${turn}" value="${turn}"/>${tag}`),
  fault('unknown-choice', /( (?:test|value|where)="[^"]*== &quot;\w+)&quot;/g, ([, before], turn) => `${before}${of(turn, 's', 'x')}&quot;`),
  fault('constant', /<when test="[^"]*"/g, (_, turn) => `<when test="${of(turn, 'true', '1 &gt; 2', 'null == 3', '&quot;a&quot; in [&quot;a&quot;]')}"`),
  fault('result-type', onward, ([tag, to]) => ({ text: `${sometimes('resultOne')}${sometimes('resultTwo', 2)}${tag}`, node: `<end id="resultOne" outcome="${to}"><result name="sum" value="1"/></end><end id="resultTwo" outcome="${to}"><result name="sum" value="today"/></end>` })),
  fault('subject', / languages="en nb ar"(?: subject="customer")?/g, (_, turn, script) => ` languages="en nb ar" subject="${turn % 2 === 0 ? questionIn(script, turn) : `nobody${turn}`}"`),
  // Ways.
  fault('unreachable', /<(?:end|question) id="(\w+)"/g, ([tag, id]) => `<info id="stray"><prompt>x</prompt><otherwise to="${id}"/></info>${tag}`),
  fault('dead-end', onward, ([tag]) => ({ text: `${sometimes('pit')}${tag}`, node: '<question id="pit" type="number"><prompt>x</prompt><otherwise to="pit"/></question>' })),
  fault('loop', onward, ([, to]) => ({ text: '<otherwise to="ring"/>', node: `<info id="ring"><prompt>x</prompt>${sometimes(to)}<otherwise to="ring"/></info>` })),
  fault('maybe-loop', onward, ([, to]) => ({ text: '<otherwise to="ring"/>', node: `<question id="ring" type="number" relevant="${rarely()}"><prompt>x</prompt>${sometimes(to)}<otherwise to="ring"/></question>` })),
  fault('repeated-test', /<when test="[^"]*" to="\w+"\/>/g, ([tag]) => `${tag}${tag}`),
  fault('empty-commit', /<otherwise to="(\w+)"\/>(?=\s*<\/(?:info|call|lookup)>)/g, ([, to]) => `<otherwise to="${to}"><commit/></otherwise>`),
  // Words.
  fault('missing-prompt', new RegExp(promptPattern, 'g'), () => '', standIns),
  fault('duplicate-prompt', /<prompt[^>]*>(?:[^<]|<value[^>]*>)*<\/prompt>/g, ([tag]) => `${tag}${tag}`),
  fault('strange-language', /<prompt(?: for="\w+")? lang="nb">/g, ([tag], turn) => `<prompt lang="${of(turn, 'de', 'fr', 'sv')}">x</prompt>${tag}`),
  fault('strange-channel', / languages="en nb ar"/g, ([tag], turn) => `${tag} channels="${of(turn, 'agent web', 'agent keypad', 'web keypad', 'agent', 'keypad')}"`),
  fault('unknown-language', / languages="en nb ar/g, ([tag], turn) => `${tag} ${of(turn, 'xx', 'de', 'norsk', 'sv', 'zz')}`),
  fault('unknown-channel', / languages="en nb ar"/g, ([tag], turn) => `${tag} channels="agent web keypad ${of(turn, 'fax', 'sms', 'phone', 'keypads', 'chat')}"`),
  fault('unknown-country', / country="NO"/g, (_, turn) => ` country="${of(turn, 'NOR', 'XX', 'no', 'Norway', 'UK')}"`),
  fault('unknown-zone', / zone="Europe\/Oslo"/g, (_, turn) => ` zone="Europe/${of(turn, 'Oslow', 'Bergen', 'Norway', '', 'x')}"`),
  // Questions.
  fault('few-choices', /(<question id="\w+" type=)"(?:number|date|telephone|text)"/g, ([, before], turn) => `${before}"${of(turn, 'one', 'many')}"`),
  fault('no-choices', /<question id="\w+" type="(?:number|date|telephone|text|email|money)"[^>]*>(?:\s*<prompt[^>]*>(?:[^<]|<value[^>]*>)*<\/prompt>)+/g, ([before]) => `${before}<choice value="x" digit="1"><prompt>x</prompt></choice>`),
  fault('yes-or-no', /<choice value="(yes|no)"/g, ([, value], turn) => `<choice value="${of(turn, 'maybe', `${value}s`, 'ja')}"`),
  fault('duplicate-choice', beside(/(<choice value="(\w+)")/, /<choice value="\w+"/), ([, one, value, between]) => `${one}${between}<choice value="${value}"`),
  fault('missing-digit', /(<choice value="(?!yes|no)\w+") digit="\d"/g, ([, before = '']) => before),
  fault('wrong-digit', / digit="\d"/g, (_, turn) => ` digit="${of(turn, 'x', '#', '', '1234', '*')}"`),
  fault('duplicate-digit', beside(/( digit="(\d)")/, / digit="\d"/), ([, one, digit, between]) => `${one}${between} digit="${digit}"`),
  fault('digit-begins', beside(/( digit="(\d)")/, / digit="\d"/), ([, one, digit, between], turn) => `${one}${between} digit="${digit}${turn % 10}"`),
  fault('keypad', /(<question id="\w+" type="(?:number|date|telephone|one|yes-no)")/g, ([tag]) => `${tag} keypad="record"`),
  fault('no-limits', /<question id="\w+" type="(?:yes-no|one|email|telephone)"/g, ([tag], turn) => `${tag} ${of(turn, 'min', 'max')}="1"`),
  fault('empty-range', / max="\d+"/g, (_, turn) => ` max="-${turn + 1}"`),
  fault('currency', /<question id="\w+" type="(?:number|date|text|one|many|telephone|email|yes-no)"/g, ([tag]) => `${tag} currency="NOK"`),
  fault('wrong-count', / count="\d"/g, (_, turn) => ` count="${of(turn, '0', 'x', '1.5', '21', '-1')}"`),
  fault('duplicate-event', /<on event="[a-z-]+" count="\d" to="\w+"\/>/g, ([tag]) => `${tag}${tag}`),
  fault('empty-event', /<on event="([a-z-]+)" count="(\d)" to="\w+"\/>/g, ([, event, count]) => `<on event="${event}" count="${count}"/>`),
  fault('no-escape', /<on event="no-match" count="3" to="\w+"\/>/g, () => '<on event="no-match" count="3"><prompt>x</prompt></on>'),
  // What scripts use.
  fault('unknown-class', /(<lookup id="\w+" class="\w+)"/g, ([, before], turn) => `${before}${of(turn, 's', 'X', '1')}"`),
  fault('input-class', /<input name="(\w+)" type="(\w+)"/g, ([tag, name], turn) => of(turn, `<input name="${name}" type="object"`, `${tag} class="Customer"`, `${tag} class="Invoice"`)),
  fault('lookup-order', /<lookup id="\w+" class="\w+"(?![^>]* order=)/g, ([tag], turn) => `${tag} order="${of(turn, 'nothing', '-nothing', 'no.thing')}"`),
  fault('unknown-action', / action="([\w.-]+)"/g, ([, name]) => ` action="${name}s"`),
  fault('no-answer', /<request id="(\w+)" action="[\w.-]+"/g, ([, id], turn) => `<request id="${id}" action="${of(turn, 'customer.receipt', 'billing.dispute', 'contract.end', 'fault.report')}"`),
  fault('not-idempotent', /<request id="(\w+)" action="([\w.-]+)"/g, ([, id, name], turn) => `<request id="${id}" action="${name}.once${turn % 4}"`),
  fault('undo', / undo="[\w.-]+"/g, (_, turn) => ` undo="${of(turn, 'customer.receipt', 'credit.score', 'fault.triage')}"`),
  fault('missing-argument', /\s*<arg name="(?!known)\w+" value="[^"]*"\/>/g, () => ''),
  fault('unknown-argument', /<arg name="\w+"/g, () => '<arg name="unheardOf"'),
  fault('argument-type', /(<arg name="\w+") value="[^"]*"/g, ([, before]) => `${before} value="duration(&quot;1d&quot;)"`),
  fault('unknown-dialog', / dialog="identify"/g, (_, turn) => ` dialog="${of(turn, 'identifi', 'identify2', 'nobody', 'who')}"`),
  fault('circle', onward, ([, to], _turn, script) => ({ text: '<otherwise to="ring"/>', node: `<call id="ring" dialog="${/<dialog id="(\w+)"/.exec(script)?.[1]}"><otherwise to="${to}"/></call>` })),
  fault('call-languages', / dialog="identify"/g, (_, turn) => ` dialog="${of(turn, 'onlyEnglish', 'onlyNorwegian', 'onlyWeb', 'noAgent')}"`),
]

function fault(rule: string, site: RegExp, make: Fault['make'], equivalent: Fault['equivalent'] = () => undefined): Fault {
  return { rule, site, make, equivalent }
}

/** Where words are taken away, others may be said instead. */
function standIns({ 0: tag, index, input }: RegExpExecArray): string | undefined {
  const beside = `${new RegExp(`(?:${promptPattern}\\s*)*$`).exec(input.slice(Math.max(0, index - 4_000), index))?.[0]}${new RegExp(`^(?:\\s*${promptPattern})*`).exec(input.slice(index + tag.length))?.[0]}`
  const [, channel, language] = /^<prompt(?: for="(\w+)")? lang="(\w+)"/.exec(tag) ?? []
  const has = (attributes: string): boolean => beside.includes(`<prompt ${attributes}lang="${language}"`)
  if (channel !== undefined) return has('') ? 'words for all channels stand in' : undefined
  return ['agent', 'web', 'keypad'].every((one) => has(`for="${one}" `)) ? 'each channel has words of its own' : undefined
}

/** One of some in turn. */
function of(turn: number, ...some: readonly string[]): string {
  return some[turn % some.length] ?? ''
}

/** A condition that may hold or not. */
function rarely(day = 1): string {
  return `today &gt; date(&quot;2027-01-0${day}&quot;)`
}

function sometimes(to = '', day = 1): string {
  return `<when test="${rarely(day)}" to="${to}"/>`
}

function questionIn(script: string, turn: number): string {
  const all = [...script.matchAll(/<question id="(\w+)"/g)]
  return all[turn % all.length]?.[1] ?? ''
}

/** Something, what it is, and another such in the same question: what is between them is found last. */
function beside(one: RegExp, other: RegExp): RegExp {
  return new RegExp(`${one.source}((?:(?!</question>)[^])*?)${other.source}`, 'g')
}
