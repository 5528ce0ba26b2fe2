// Text as people type and paste it, in one form, before any rule looks at it. The server does the same (Http/TypedText.cs); the
// tests of both run the examples in tests/typed-text.json.

// Copied along with a number or a name, and never seen: direction marks, zero-width spaces, soft hyphens, byte order marks.
const invisible = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g;
const blanks = /[\t\p{Zs}]+/gu;
const edges = /^[\s\u0085\u200c\u200d]+|[\s\u0085\u200c\u200d]+$/g;
const phoneSeparators = /[ \-./()\u200c\u200d\u2010-\u2015\u2212]/g;
const zeros = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0f20]; // Arabic, Persian, Devanagari, Bengali, Tibetan

export const line = text => text.replace(invisible, '').replace(blanks, ' ').replace(edges, '');

// A note of several lines is kept as one.
export const note = text => line(text.replace(/[\r\n\u2028\u2029]+/g, ' '));

export function asciiDigits(text) {
  return Array.from(text, letter => {
    const code = letter.codePointAt(0);
    if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0); // of full width
    const zero = zeros.find(one => code >= one && code <= one + 9);
    return zero === undefined ? letter : String(code - zero);
  }).join('');
}

export const phone = text => asciiDigits(line(text)).replace(phoneSeparators, '');

// A mobile number of Nepal as Khalti takes it: without the country's code.
export const mobile = text => phone(text).replace(/^(\+|00)?977(?=.{10}$)/, '');

export const isPhone = text => /^\+?[0-9]{6,15}$/.test(text);
export const isEmail = text => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);
