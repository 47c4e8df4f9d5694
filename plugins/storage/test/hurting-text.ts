import fc from 'fast-check'

const pieces = [
  'a', 'o', 's', 'ss', 'e', 'ae', 'th', 'f', 'A', 'S', 'O', 'ä', 'a\u0308', 'Å', 'å', 'ø', 'Ø', 'æ', 'Æ', 'œ', 'ß', 'ẞ', 'þ', 'ð', 'ł', 'ı', 'İ', 'ŋ', 'ς', 'Σ', 'ё', 'Ж', 'ﬁ', 'ǆ', 'K', 'ſ',
  'أ', 'إ', 'آ', 'ا', 'ا\u0654', 'ى', 'ي', 'ة', 'ه', 'ﻻ', 'ل', 'م\u064f', 'ـ', '٣', '۳', '3', '²', 'Ａ', '日', '\u{20000}', '\u{1F600}', '\u0301', '\u200d', '\u00ad', 'क', 'कि',
  ' ', ' ', '-', '.', "'", '\\', '[', ']', '^', '(', '*', '%', '_', '\n', '\t', '،', '—', '\u00a0', '\u3000', '/', '{', '}', '|', '$',
]

/** Texts of letters that are the same without case and accents, of what stands between words, and of what is special in patterns. */
export const hurtingText = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''))
