// Refunds a payment. Sent with an idempotency key that stays the same until an answer has come, so that a retry never
// refunds twice; the final message never suggests a second refund.
import { el, setText, show } from '../../js/dom.js';
import { t } from '../../js/i18n.js';
import { money } from '../../js/money.js';
import { newKey } from '../../js/random.js';
import { session as kept } from '../../js/store.js';
import { line, mobile as mobileOf } from '../../js/typed-text.js';
import { problemOf } from '../../js/api.js';
import { refundOrder } from './admin-api.js';
import { ask, field, paisaOf, typed, whyNot } from './parts.js';

const longest = 200;

export function askRefund({ order, payment, done, expired }) {
  const most = payment.refundable;
  const all = el('input', { type: 'radio', name: 'how-much', id: 'refund-all', checked: true });
  const part = el('input', { type: 'radio', name: 'how-much', id: 'refund-part' });
  const sum = el('input', { id: 'refund-amount', inputmode: 'decimal', autocomplete: 'off', value: typed(most) });
  const reason = el('input', { id: 'refund-reason', maxlength: String(longest), autocomplete: 'off' });
  const mobile = el('input', { id: 'refund-mobile', type: 'tel', inputmode: 'numeric', autocomplete: 'off', maxlength: '60' });
  const sumField = field(t('refund.amount'), sum, { hint: t('refund.most', { amount: money(most) }) });
  const mobileField = field(t('refund.mobile'), mobile, { hint: t('refund.mobile.hint') });
  const effect = el('p', { id: 'refund-effect', class: 'effect', 'aria-live': 'polite' });
  sumField.hidden = true;
  mobileField.hidden = true;

  const given = () => all.checked ? most : paisaOf(sum.value);
  const wrong = paisa => paisa === null || paisa === 0 ? t('refund.bad') : paisa > most ? t('refund.much', { amount: money(most) }) : null;

  let finished = null; // what to tell the order's page
  const question = ask({
    title: t('refund.heading'),
    danger: true,
    yes: '',
    parts: [
      el('fieldset', { class: 'radios' }, el('legend', {}, t('refund.how')),
        el('label', {}, all, ' ', t('refund.all', { amount: money(most) })),
        el('label', {}, part, ' ', t('refund.part'))),
      sumField, field(t('refund.reason'), reason), mobileField, effect,
    ],
    onsubmit: send,
    onclose: () => { if (finished) done(finished); },
  });
  question.dialog.classList.add('refund');

  function draw() {
    show(sumField, part.checked);
    const paisa = given();
    const no = wrong(paisa);
    const back = money(paisa ?? 0);
    setText(effect, no ?? t(mobileField.hidden ? 'refund.effect' : 'refund.effect.mobile', { back, paid: money(payment.amountPaid), stay: money(payment.amountPaid - payment.amountRefunded - paisa) }));
    effect.classList.toggle('no', no !== null);
    setText(question.send, no === null ? t('refund.yes', { amount: back }) : t('refund'));
  }
  for (const one of [all, part, sum]) one.addEventListener('input', draw);
  part.addEventListener('change', () => { sum.focus(); sum.select(); });
  draw();
  all.focus();

  async function send({ close, tell }) {
    const paisa = given();
    const no = wrong(paisa);
    if (no !== null) { tell(no); sum.focus(); return; }
    const body = { paymentId: payment.id, amount: paisa };
    if (line(reason.value) !== '') body.reason = line(reason.value);
    if (!mobileField.hidden) body.mobile = mobileOf(mobile.value);

    const mark = keyFor(order.id, body);
    try {
      const refund = await refundOrder(order.id, body, mark.key);
      forget(order.id);
      finished = refund.status === 'completed' ? { tone: 'good', text: t('refund.done', { amount: money(refund.amount) }) }
        : refund.status === 'failed' ? { tone: 'stop', text: t('refund.failed') }
          : { text: t('refund.unknown', { amount: money(refund.amount) }) };
      close();
    } catch (thrown) {
      const error = problemOf(thrown);
      if (error.status === 401) { close(); expired(); return; }
      if (error.errors?.mobile) {
        forget(order.id);
        mobileField.hidden = false;
        draw();
        tell(t('refund.mobile.need'));
        mobile.focus();
      } else if (error.code === 'khalti_unavailable' || error.code === 'rate_limited') {
        tell(error.code === 'khalti_unavailable' ? t('refund.unavailable') : whyNot(error)); // nothing was sent
      } else if (error.kind === 'fault') {
        tell(whyNot(error)); // the same key again, so that a retry refunds once
      } else if (error.kind === 'unknown' || error.code === 'idempotency_in_progress') {
        lost();
      } else {
        forget(order.id);
        finished = { tone: 'stop', text: t('refund.refused', { why: whyNot(error) }) };
        close();
      }
    }
  }

  // The answer was lost between the server and this page. The same request again gives its answer and no second refund.
  function lost() {
    finished = { text: t('refund.lost.after') };
    setText(question.heading, t('refund.lost'));
    setText(effect, t('refund.lost.text'));
    effect.classList.remove('no');
    setText(question.send, t('refund.lost.ask'));
    question.send.classList.remove('danger');
    setText(question.no, t('close'));
    for (const node of question.form.querySelectorAll('.field, .radios')) node.hidden = true;
    question.heading.focus();
  }
}

// The same refund request keeps its idempotency key, also after a reload.
function keyFor(orderId, body) {
  const print = JSON.stringify(body);
  const name = `kc.refund.${orderId}`;
  const mark = kept.get(name);
  if (mark?.print === print) return mark;
  const fresh = { print, key: newKey() };
  kept.set(name, fresh);
  return fresh;
}

const forget = orderId => kept.remove(`kc.refund.${orderId}`);
