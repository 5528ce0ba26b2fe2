// Two languages. Static texts have data-i18n="key" (or data-i18n-label for aria-label); scripts call t().
import { local } from './store.js';
import en from './text/common-en.js';
import ne from './text/common-ne.js';

const texts = { en: { ...en }, ne: { ...ne } };
const listeners = new Set();
let current = choose();

function choose() {
  const kept = local.get('kc.language');
  if (kept === 'en' || kept === 'ne') return kept;
  return (navigator.languages ?? []).some(tag => tag.toLowerCase().startsWith('ne')) ? 'ne' : 'en';
}

export const language = () => current;

export function digits(text) {
  return current === 'ne' ? String(text).replace(/[0-9]/g, digit => '०१२३४५६७८९'[digit]) : String(text);
}

// A page brings the texts that only it needs.
export function addTexts(more) {
  Object.assign(texts.en, more.en);
  Object.assign(texts.ne, more.ne);
}

export const has = key => key in texts.en;

// Values are inserted unchanged: format numbers with digits() or money() first.
export function t(key, values = {}) {
  const text = texts[current][key] ?? texts.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function translate(root = document) {
  for (const node of root.querySelectorAll('[data-i18n]')) {
    const text = t(node.dataset.i18n);
    if (node.textContent !== text) node.textContent = text;
  }
  for (const node of root.querySelectorAll('[data-i18n-label]')) node.setAttribute('aria-label', t(node.dataset.i18nLabel));
}

export function onLanguage(listener) { listeners.add(listener); }

export function setLanguage(next) {
  current = next;
  local.set('kc.language', next);
  applyLanguage();
}

export function applyLanguage() {
  document.documentElement.lang = current;
  translate();
  listeners.forEach(listener => listener());
}
