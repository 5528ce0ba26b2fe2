// Khalti Sandbox's web checkout: defines the global KhaltiCheckout, with the public behaviour of Khalti's own script.
//
// Faithful on purpose, traps included: neither side checks where a message comes from, so a page can forge a success
// and a merchant must ask Khalti from its server. Styles are set through the CSSOM, which a strict
// Content-Security-Policy of the merchant's page allows.
var KhaltiCheckout = (function () {
  'use strict';

  // At Khalti's own address the frame has Khalti's address, too: a Content-Security-Policy may name it.
  var script = document.currentScript.src;
  var widget = new URL(/\.iffe\.js/.test(script) ? 'payment_gateway_widget.html' : '/widget.html', script).href;
  var missing = 'This field is required.';

  function isMissing(value) {
    return value === undefined || value === null || value === '';
  }

  function problemsOf(config) {
    var problems = {};
    ['publicKey', 'productIdentity', 'productName', 'productUrl', 'amount', 'eventHandler'].forEach(function (key) {
      if (isMissing(config[key])) {
        problems[key] = missing;
      }
    });

    if (!problems.eventHandler) {
      var handler = handlerProblems(config.eventHandler);
      if (handler) {
        problems.eventHandler = handler;
      }
    }

    if (!isMissing(config.paymentPreference) && !Array.isArray(config.paymentPreference)) {
      problems.paymentPreference = 'Expected an array.';
    }

    if (!isMissing(config.merchantData) && !isObject(config.merchantData)) {
      problems.merchantData = 'Expected an object.';
    }

    return problems;
  }

  function handlerProblems(handlers) {
    if (!isObject(handlers)) {
      return 'Expected an object.';
    }

    var problems = {};
    if (isMissing(handlers.onSuccess)) {
      problems.onSuccess = missing;
    }

    ['onSuccess', 'onError', 'onClose'].forEach(function (name) {
      if (!isMissing(handlers[name]) && typeof handlers[name] !== 'function') {
        problems[name] = 'Expected a function.';
      }
    });
    return Object.keys(problems).length > 0 ? problems : null;
  }

  function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  }

  // Scrolling of the page is locked while any checkout is open, also when one is shown twice.
  var open = new Set();
  var overflow = '';

  function lockScrolling(checkout) {
    if (open.size === 0) {
      overflow = document.body.style.overflow;
      document.body.style.overflow = 'hidden';
    }

    open.add(checkout);
  }

  function unlockScrolling(checkout) {
    if (open.delete(checkout) && open.size === 0) {
      document.body.style.overflow = overflow;
    }
  }

  function fullScreen(element) {
    element.style.position = 'fixed';
    element.style.top = '0';
    element.style.left = '0';
    element.style.width = '100%';
    element.style.height = '100%';
    element.style.border = '0';
    element.style.zIndex = '99999';
    // The widget's page is light: on a page with a dark color scheme a browser would draw the frame opaque.
    element.style.colorScheme = 'light';
    element.style.display = 'none';
    document.body.appendChild(element);
    return element;
  }

  class KhaltiCheckout {
    constructor(config) {
      this._config = config;
      this._widgetId = 'khalti-widget-' + Date.now();
      this._loaded = false;
      this._iframe = this._makeIframe();
      this._loader = this._makeLoader();
      window.addEventListener('message', this._receive.bind(this));
    }

    show(overrides) {
      Object.assign(this._config, overrides);
      var problems = problemsOf(this._config);
      if (Object.keys(problems).length > 0) {
        throw new Error(JSON.stringify(problems));
      }

      if (!open.has(this)) {
        this._returnFocusTo = document.activeElement;
      }

      lockScrolling(this);
      this._iframe.style.display = 'block';
      if (this._loaded) {
        this._sendPaymentInfo();
        this._iframe.focus();
      } else {
        this._loader.style.display = 'flex';
      }
    }

    hide() {
      unlockScrolling(this);
      this._iframe.style.display = 'none';
      this._loader.style.display = 'none';
      if (this._returnFocusTo && this._returnFocusTo.focus) {
        this._returnFocusTo.focus();
      }
    }

    _makeIframe() {
      var iframe = document.createElement('iframe');
      iframe.id = this._widgetId;
      iframe.title = 'Khalti payment';
      iframe.src = widget;
      return fullScreen(iframe);
    }

    _makeLoader() {
      var loader = document.createElement('div');
      loader.id = 'loader' + this._widgetId;
      loader.textContent = 'Loading Khalti…';
      loader.setAttribute('role', 'status');
      fullScreen(loader);
      loader.style.alignItems = 'center';
      loader.style.justifyContent = 'center';
      loader.style.color = '#ffffff';
      loader.style.background = 'rgba(40, 20, 60, 0.8)';
      return loader;
    }

    // Everything but the handlers goes to the widget's page, which takes what it knows and forwards the rest.
    _sendPaymentInfo() {
      var payload = JSON.parse(JSON.stringify(this._config));
      delete payload.eventHandler;
      payload.widgetId = this._widgetId;
      payload.source = 'checkout_v2.1';
      this._iframe.contentWindow.postMessage({ realm: 'paymentInfo', payload: payload }, '*');
    }

    _receive(event) {
      var message = event.data;
      if (!message || !message.realm) {
        return;
      }

      if (message.realm === 'widgetInit') {
        this._sendPaymentInfo();
      } else if (message.realm === 'widgetLoad') {
        this._widgetLoaded(event);
      } else if (message.payload && message.payload.widget_id === this._widgetId) {
        this._handle(message.realm, message.payload);
      }
    }

    // Carries no widget id. With two checkouts on one page, each must wait for the page that it loaded itself.
    _widgetLoaded(event) {
      if (this._loaded || event.source !== this._iframe.contentWindow) {
        return;
      }

      this._loaded = true;
      this._loader.style.display = 'none';
      this._sendPaymentInfo();
      if (this._iframe.style.display !== 'none') {
        this._iframe.focus();
      }
    }

    _handle(realm, payload) {
      var handlers = this._config.eventHandler;
      if (realm === 'walletPaymentVerification') {
        handlers.onSuccess(payload);
        this.hide();
      } else if (realm === 'widgetError' && handlers.onError) {
        handlers.onError(payload);
      } else if (realm === 'hide') {
        this.hide();
        if (handlers.onClose) {
          handlers.onClose();
        }
      }
    }
  }

  return KhaltiCheckout;
})();
