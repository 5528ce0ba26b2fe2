// The day's close: whether what the shop counted is what Khalti has.
import { el } from '/js/dom.js';
import { t } from '/js/i18n.js';

export function showCloses({ place }) {
  place.append(el('h1', {}, t('nav.closes')), el('p', {}, t('closes.none')));
}
