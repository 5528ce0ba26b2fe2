// What every page has: language switch, shop name, practice strip, offline strip.
import { byId, setText, show } from './dom.js';
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

function drawOffline() { show(byId('offline'), navigator.onLine === false); }
