/* oxlint-env browser */

/** How each type is typed; what is not here is one line of text. */
const kinds = {
  number: { inputMode: 'decimal', autocomplete: 'off' },
  money: { inputMode: 'decimal', autocomplete: 'off' },
  date: { type: 'date' },
  email: { type: 'email', autocomplete: 'email' },
  telephone: { type: 'tel', autocomplete: 'tel' },
}

/**
 * The field of a question: its element, what it answers, and how it takes focus and a description.
 *
 * @returns {{ element: HTMLElement, hint?: string, answer: () => { text: string } | { value: unknown }, focus: () => void, describe: (isWrong: boolean, ids: string[]) => void }}
 */
export function fieldFor(question, text) {
  return question.choices.length > 0 ? choices(question, text) : line(question, text)
}

function line(question, text) {
  const { type, prompt, proposed, proposedText, currency, sensitive } = question
  const input = document.createElement(type === 'text' ? 'textarea' : 'input')
  input.id = 'answer'
  Object.assign(input, kinds[type] ?? {}, sensitive ? { autocomplete: 'off' } : {})
  input.required = question.required
  input.value = (type === 'date' ? proposed : proposedText) ?? ''
  const label = document.createElement('label')
  label.className = 'asked'
  label.htmlFor = input.id
  label.append(prompt, ...optional(question, text))
  const entry = document.createElement('div')
  entry.className = 'entry'
  entry.append(input)
  const element = document.createElement('div')
  element.append(label, entry)
  return {
    element,
    ...(currency === undefined ? {} : { hint: text('page.currency', { currency }) }),
    answer: () => ({ text: input.value }),
    focus: () => input.focus(),
    describe: (isWrong, ids) => describe(input, isWrong, ids),
  }
}

function choices(question, text) {
  const { type, prompt, proposed } = question
  const chosen = new Set([proposed ?? []].flat().map((value) => (value === true ? 'yes' : value === false ? 'no' : value)))
  const fieldset = document.createElement('fieldset')
  const legend = document.createElement('legend')
  legend.append(prompt, ...optional(question, text))
  const inputs = question.choices.map(({ value }) => {
    const input = document.createElement('input')
    Object.assign(input, { type: type === 'many' ? 'checkbox' : 'radio', name: 'answer', value, checked: chosen.has(value) })
    return input
  })
  fieldset.append(legend, ...question.choices.map(({ label }, index) => {
    const choice = document.createElement('label')
    choice.className = 'choice'
    choice.append(inputs[index], label)
    return choice
  }))
  return {
    element: fieldset,
    answer: () => answerOf(type, inputs.filter(({ checked }) => checked).map(({ value }) => value)),
    focus: () => (inputs.find(({ checked }) => checked) ?? inputs[0]).focus(),
    describe: (isWrong, ids) => {
      describe(fieldset, false, ids)
      for (const input of inputs) describe(input, isWrong, ids)
    },
  }
}

/** Nothing chosen is an empty answer, which the dialog judges. */
function answerOf(type, values) {
  if (values.length === 0) return { text: '' }
  return { value: type === 'many' ? values : type === 'yes-no' ? values[0] === 'yes' : values[0] }
}

function optional({ required }, text) {
  if (required) return []
  const note = document.createElement('span')
  note.className = 'optional'
  note.textContent = ` ${text('page.optional')}`
  return [note]
}

function describe(element, isWrong, ids) {
  if (isWrong) element.setAttribute('aria-invalid', 'true')
  if (ids.length > 0) element.setAttribute('aria-describedby', ids.join(' '))
}
