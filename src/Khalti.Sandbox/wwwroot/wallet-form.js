// The wallet's form, the same in the widget and on the payment page: mobile and PIN, then the code. Messages are Khalti's;
// errors are written as text, never as HTML.
const form = document.querySelector('#wallet');
const fields = { mobile: form.mobile, transaction_pin: form.transaction_pin, confirmation_code: form.confirmation_code };
const codeField = document.querySelector('#code-field');
const failure = document.querySelector('#failure');
const pay = document.querySelector('#pay');

const rules = {
  mobile: [
    [value => value !== '', 'This field is required.'],
    [value => value.length === 10, 'Mobile number must be 10 digits long.'],
    [value => /^9[678]\d{8}$/.test(value), 'Please enter a valid mobile number'],
  ],
  // An empty PIN is let through, as in Khalti's widget.
  transaction_pin: [
    [value => value === '' || value.length === 4, 'Khalti PIN must be 4 digits long.'],
    [value => value === '' || /^\d{4}$/.test(value), 'Please enter a valid Khalti PIN'],
  ],
  confirmation_code: [
    [value => value !== '', 'This field is required'],
    [value => value.length === 6, 'Confirmation Code must be 6 digits long.'],
    [value => /^\d{6}$/.test(value), 'Please enter a valid Confirmation Code'],
  ],
};

export class WalletForm {
  #confirming = false;
  #busy = false;
  #steps;

  // begin() and confirm() talk to the server; one at a time.
  constructor(steps) {
    this.#steps = steps;
    form.addEventListener('submit', event => {
      event.preventDefault();
      this.#submit();
    });
    for (const [name, input] of Object.entries(fields)) {
      input.addEventListener('blur', () => input.value !== '' && check(name));
    }
  }

  get isConfirming() {
    return this.#confirming;
  }

  get mobile() {
    return fields.mobile.value.trim();
  }

  get pin() {
    return fields.transaction_pin.value.trim() || null;
  }

  get code() {
    return fields.confirmation_code.value.trim();
  }

  set payText(text) {
    pay.textContent = text;
  }

  askForCode() {
    this.#confirming = true;
    codeField.hidden = false;
    fields.confirmation_code.focus();
  }

  restart() {
    this.#confirming = false;
    codeField.hidden = true;
    form.reset();
    clear();
  }

  show(error) {
    const texts = [];
    for (const [name, value] of Object.entries(error)) {
      if (Array.isArray(value) && fields[name] && !fields[name].closest('[hidden]')) {
        mark(name, value.join(' '));
      } else if (Array.isArray(value)) {
        texts.push(value.join(' '));
      }
    }

    if (typeof error.detail === 'string') {
      texts.push(error.detail);
    }

    if (error.tries_remaining !== undefined) {
      texts.push(`Attempts Remaining: ${error.tries_remaining}`);
    }

    if (error.token) {
      this.restart(); // The payment was disabled or is used up: only a new one can help.
      texts.push('This payment cannot go on. Please start again.');
    }

    say(texts);
  }

  async #submit() {
    const asked = this.isConfirming ? Object.keys(fields) : ['mobile', 'transaction_pin'];
    const wrong = asked.filter(name => !check(name));
    if (wrong.length > 0) {
      fields[wrong[0]].focus();
    }

    // One at a time: a second press of the button must not start a second payment.
    if (wrong.length > 0 || this.#busy) {
      return;
    }

    this.#busy = true;
    pay.setAttribute('aria-disabled', 'true');
    clear();
    try {
      await (this.isConfirming ? this.#steps.confirm() : this.#steps.begin());
    } catch {
      say(['Khalti could not be reached. Please try again.']);
    } finally {
      this.#busy = false;
      pay.removeAttribute('aria-disabled');
    }
  }
}

function check(name) {
  const broken = rules[name].find(([holds]) => !holds(fields[name].value.trim()));
  mark(name, broken ? broken[1] : '');
  return !broken;
}

function mark(name, text) {
  fields[name].setAttribute('aria-invalid', String(text !== ''));
  document.getElementById(fields[name].getAttribute('aria-describedby')).textContent = text;
}

function clear() {
  Object.keys(fields).forEach(name => mark(name, ''));
  say([]);
}

function say(texts) {
  failure.replaceChildren(...texts.map(text => {
    const line = document.createElement('p');
    line.textContent = text;
    return line;
  }));
}
