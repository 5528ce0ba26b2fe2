// What every page has: language switch, shop name, practice strip, offline strip.
import { byId, el, setText, show } from './dom.js';
import { applyLanguage, language, onLanguage, setLanguage, t } from './i18n.js';

let store = null;
let titleKey = null;

export function startPage(title) {
  titleKey = title;
  for (const button of document.querySelectorAll('[data-language]')) {
    button.addEventListener('click', () => setLanguage(button.dataset.language));
  }
  onLanguage(draw);
  for (const event of ['online', 'offline']) window.addEventListener(event, drawOffline);
  drawOffline();
  byId('offline').after(el('p', { id: 'fault', class: 'strip warn', 'data-i18n': 'fault', hidden: true }));
  window.addEventListener('error', event => { if (event.error) showFault(); }); // none: another origin's script, such as Khalti's
  window.addEventListener('unhandledrejection', showFault);
  applyLanguage();
}

export const storeName = () => store ?? t('store');

// Everything the config says about the page around the content.
export function dressPage(config) {
  const name = config.store?.name;
  if (typeof name === 'string' && name !== '') store = name;
  show(byId('practice'), config.mode === 'sandbox' || config.mode === 'test');
  draw();
}

function draw() {
  setText(byId('store-name'), storeName());
  document.title = `${t(titleKey)} · ${storeName()}`;
  for (const button of document.querySelectorAll('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.dataset.language === language()));
  }
}

// Something of ours broke and nobody told it: a button may not come back, a text may be old.
function showFault() { show(byId('fault'), true); }

function drawOffline() { show(byId('offline'), navigator.onLine === false); }
