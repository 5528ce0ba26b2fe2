// The day's close: whether what the shop counted is what Khalti has, what differs, and who stands by it.
import { el, focusOn } from '../../js/dom.js';
import { digits, t } from '../../js/i18n.js';
import { money } from '../../js/money.js';
import { newKey } from '../../js/random.js';
import { now } from '../../js/server-clock.js';
import { dateAndTime, dayOf } from '../../js/time.js';
import { note as noteText } from '../../js/typed-text.js';
import { checkPayment, listCloses, query, readClose, runClose, signOffClose } from './admin-api.js';
import { ask, badge, button, copyable, facts, failed, field, loading, paged, whyNot, word } from './parts.js';
import { session } from './session.js';

export function showCloses(context) {
  const day = context.address.get('day');
  if (day) showDay(context, day);
  else showList(context);
}

const closeAt = day => `/admin/${query({ view: 'closes', day })}`;

function showList({ place, go, isCurrent, expired }) {
  const list = el('div', {}, loading());
  place.append(el('h1', {}, t('nav.closes')), el('p', {}, t('closes.lead')),
    session.may('admin') ? runForm({ go, isCurrent, expired }) : '', list);
  read();

  async function read() {
    try {
      const page = await listCloses();
      if (isCurrent()) present(page);
    } catch (error) {
      if (!isCurrent()) return;
      if (error.status === 401) expired();
      else list.replaceChildren(failed(error, read));
    }
  }

  function present(page) {
    const rows = el('ul', { class: 'rows' });
    const more = paged(rows, page, listCloses, close => el('li', {},
      el('a', { href: closeAt(close.day) }, dayOf(close.day)),
      el('span', { class: 'amount' }, money(close.report.here.amount)),
      el('span', { class: 'soft' }, state(close), ' ', differences(close.report.differences.length))));
    list.replaceChildren(...page.data.length === 0 ? [el('p', { class: 'empty' }, t('closes.none'))] : [el('section', { class: 'card' }, el('h2', {}, t('closes.days')), rows), more]);
  }
}

const differences = count => t(count === 0 ? 'closes.same' : count === 1 ? 'closes.differs.one' : 'closes.differs', { count: digits(count) });

// A day without single records that can't be read may be signed off: they are named in the dialog and in the books.
const isSignable = ({ report }) => report.leftOut.every(one => report.leftOutRecords.includes(one));

const without = leftOut => leftOut.length === 0 ? '' : el('div', { class: 'notice' },
  el('p', {}, t('closes.sign.without')), el('ul', { lang: 'en' }, ...leftOut.map(one => el('li', {}, one))));

const state = close => close.isSignedOff ? badge('close', 'signed') : close.isWhole ? badge('close', 'compared') : badge('close', 'partly');

// In Nepal a new day begins at 18:15 of UTC.
const today = () => new Date(now() + (5 * 60 + 45) * 60_000).toISOString().slice(0, 10);

function runForm({ go, isCurrent, expired }) {
  const last = today();
  const yesterday = new Date(Date.parse(last) - 86_400_000).toISOString().slice(0, 10);
  const day = el('input', { id: 'close-day', type: 'date', max: last, value: yesterday, required: true });
  const send = el('button', { type: 'submit', class: 'button' }, t('closes.run'));
  const told = el('p', { class: 'notice', role: 'status', hidden: true });
  async function submit(event) {
    event.preventDefault();
    if (send.getAttribute('aria-disabled') === 'true' || day.value === '') return;
    send.setAttribute('aria-disabled', 'true');
    tell('closes.running');
    try {
      const close = await runClose(day.value, newKey());
      if (isCurrent()) go(closeAt(close.day));
    } catch (error) {
      if (!isCurrent()) return;
      if (error.status === 401) { expired(); return; }
      // It goes on without this page.
      told.textContent = error.kind === 'unknown' && error.code !== 'khalti_unavailable' ? t('closes.lost') : whyNot(error);
    } finally {
      send.removeAttribute('aria-disabled');
    }
  }
  const tell = key => { told.textContent = t(key); told.hidden = false; };
  return el('form', { class: 'card', onsubmit: submit, novalidate: true }, field(t('closes.day'), day), send, told);
}

function showDay({ place, isCurrent, expired, refreshCount }, day) {
  const news = el('div', { role: 'status' });
  const content = el('div', {}, loading());
  place.append(el('p', {}, el('a', { href: '/admin/?view=closes' }, t('closes.back'))), el('h1', {}, /^\d{4}-\d\d-\d\d$/.test(day) ? dayOf(day) : day), news, content);
  read();

  async function read(message = null) {
    try {
      const close = await readClose(day);
      if (!isCurrent()) return;
      present(close);
      tell(message);
    } catch (error) {
      if (!isCurrent()) return;
      if (error.status === 401) expired();
      else content.replaceChildren(error.status === 404 ? el('p', { class: 'notice' }, t('closes.missing')) : failed(error, () => read()));
    }
  }

  function tell(message) {
    news.replaceChildren(...message ? [el('p', { class: `notice${message.tone ? ` ${message.tone}` : ''}`, tabindex: '-1' }, message.text)] : []);
    if (message) focusOn(news.firstChild);
  }

  async function act(event, work) {
    const node = event.currentTarget;
    if (node.getAttribute('aria-disabled') === 'true') return;
    node.setAttribute('aria-disabled', 'true');
    node.textContent = t('working');
    let message;
    try { message = await work(); } catch (error) {
      if (error.status === 401) { expired(); return; }
      message = { tone: 'stop', text: whyNot(error) };
    }
    await read(message);
    refreshCount();
  }

  function signOff(close) {
    const { differences: found, leftOut, notLookedBackAt, openPayments, openRefunds } = close.report;
    const differs = found.length + leftOut.length + notLookedBackAt.length + openPayments + openRefunds > 0;
    const key = newKey();
    const note = el('textarea', { id: 'note', rows: '3', maxlength: '500' });
    ask({
      title: t('closes.sign.heading', { day: dayOf(close.day) }),
      parts: [el('p', {}, t('closes.sign.text')), without(leftOut), field(t(differs ? 'closes.sign.note' : 'closes.sign.maybe'), note)],
      yes: t('closes.sign'),
      onsubmit: async ({ close: end, tell: complain }) => {
        const given = noteText(note.value);
        if (differs && given === '') { complain(t('note.empty')); return; }
        await signOffClose(close.day, given, leftOut, key);
        end();
        await read({ tone: 'good', text: t('closes.signed') });
      },
    });
  }

  function present(close) {
    const { report } = close;
    content.replaceChildren(...[
      el('section', { class: 'card', 'data-close': close.day, 'data-signed': String(close.isSignedOff) },
        el('p', {}, state(close), ' ', differences(report.differences.length)),
        el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('closes.totals') },
          el('table', { class: 'figures' }, el('caption', { class: 'unseen' }, t('closes.totals')),
            el('thead', {}, el('tr', {}, ...['who', 'payments', 'amount', 'fees'].map(name => el('th', { scope: 'col' }, t(`closes.col.${name}`))))),
            el('tbody', {}, ...['here', 'atKhalti'].map(side => el('tr', {}, el('th', { scope: 'row' }, t(`closes.${side}`)),
              el('td', {}, digits(report[side].payments)), el('td', {}, money(report[side].amount)), el('td', {}, money(report[side].fees))))))),
        facts(
          ['closes.run.at', `${dateAndTime(close.runAt)}${close.runBy ? ` · ${close.runBy}` : ''}`],
          close.isSignedOff ? ['closes.signed.at', `${dateAndTime(close.signedOffAt)} · ${close.signedOffBy ?? ''}`] : null,
          close.note ? ['closes.note', close.note] : null,
          report.openPayments + report.openRefunds > 0 ? ['closes.open', t('closes.open.some', { payments: digits(report.openPayments), refunds: digits(report.openRefunds) })] : null),
        session.may('admin') && !close.isSignedOff
          ? el('div', { class: 'choices' },
            isSignable(close) && close.day < today() ? button('closes.sign', () => signOff(close), { quiet: false }) : null,
            button('closes.again', event => act(event, async () => { await runClose(close.day, newKey()); return { tone: 'good', text: t('closes.compared') }; })))
          : null),
      report.leftOut.length > 0 ? el('section', { class: 'notice stop' }, el('h2', {}, t('closes.leftOut')), el('ul', { lang: 'en' }, ...report.leftOut.map(one => el('li', {}, one)))) : null,
      report.notLookedBackAt.length > 0 ? el('section', { class: 'notice' }, el('h2', {}, t('closes.notLookedBackAt')), el('ul', { lang: 'en' }, ...report.notLookedBackAt.map(one => el('li', {}, one)))) : null,
      ...report.differences.map((one, at) => difference(one, at, close)),
    ].filter(Boolean));
  }

  function difference(one, at, close) {
    const check = one.action === 'check_payment' && one.paymentId && session.may('admin') && !close.isSignedOff;
    return el('section', { class: 'card', 'data-difference': one.kind },
      el('h2', {}, word('differs', one.kind)),
      el('p', {}, el('strong', {}, t('todo')), ' ', word('mend', one.action)),
      facts(
        ['closes.here', el('q', { lang: 'en' }, one.here), one.amountHere !== null ? ` ${money(one.amountHere)}` : ''],
        ['closes.atKhalti', el('q', { lang: 'en' }, one.atKhalti), one.amountAtKhalti !== null ? ` ${money(one.amountAtKhalti)}` : ''],
        one.transactionId ? ['payment.transaction', copyable(one.transactionId, t('payment.transaction'))] : null),
      el('div', { class: 'choices' },
        check ? button('check', event => act(event, async () => { await checkPayment(one.paymentId, newKey()); return { tone: 'good', text: t('closes.checked') }; })) : null,
        one.orderId ? el('a', { class: 'button quiet', href: `/admin/${query({ order: one.orderId })}` }, t('closes.order')) : null));
  }
}
