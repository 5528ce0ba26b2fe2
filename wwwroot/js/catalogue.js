// The shelf: one card for each product.
import { byId, el, setText } from './dom.js';
import { digits, language, t } from './i18n.js';
import { money } from './money.js';

export const nameOf = product => (language() === 'ne' && product.nameNe) || product.name;

const cards = new Map();

export function drawCatalogue(products, cart, onAdd) {
  const list = byId('products');
  const gone = new Set(cards.keys());
  for (const product of products) {
    gone.delete(product.id);
    let card = cards.get(product.id);
    if (!card) {
      card = makeCard(product, onAdd);
      cards.set(product.id, card);
      list.append(card.root);
    }
    fill(card, product, cart.get(product.id) ?? 0);
  }
  for (const id of gone) {
    cards.get(id).root.remove();
    cards.delete(id);
  }
}

function makeCard(product, onAdd) {
  const name = el('h3', { class: 'card-name' });
  const text = el('p', { class: 'card-text' });
  const price = el('p', { class: 'card-price' });
  const button = el('button', { type: 'button', class: 'button quiet', onclick: () => onAdd(product.id) });
  const niche = el('div', { class: 'niche' });
  if (product.imageUrl) niche.append(el('img', { src: product.imageUrl, alt: '', width: 240, height: 240, loading: 'lazy' }));
  const root = el('li', { class: 'card', 'data-product': product.id }, niche,
    el('div', { class: 'card-words' }, name, text, el('div', { class: 'card-foot' }, price, button)));
  return { root, name, text, price, button };
}

function fill(card, product, count) {
  const name = nameOf(product);
  const nepali = language() === 'ne' && product.descriptionNe;
  setText(card.name, name);
  setText(card.text, (nepali ? product.descriptionNe : product.description) ?? '');
  card.text.lang = nepali ? 'ne' : 'en';
  setText(card.price, money(product.price));
  setText(card.button, count === 0 ? t('shop.add') : t('shop.more', { count: digits(count) }));
  card.button.setAttribute('aria-label', count === 0 ? t('shop.addNamed', { name }) : t('shop.moreNamed', { name, count: digits(count) }));
  card.button.classList.toggle('has', count > 0);
}
