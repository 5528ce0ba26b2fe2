// Asks again and again with growing pauses (2 s to 15 s); rests while nobody looks at the page.
export function createPoller(ask) {
  let running = false, timer = null, delay = 0, asking = false;

  async function round() {
    clearTimeout(timer);
    if (!running || asking || document.hidden) return;
    asking = true;
    try { await ask(); } finally { asking = false; }
    plan();
  }

  function plan() {
    clearTimeout(timer);
    if (!running) return;
    delay = Math.min(15_000, delay === 0 ? 2000 : delay * 1.5);
    timer = setTimeout(round, delay);
  }

  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && running) round();
  });

  return {
    run(wanted) {
      if (wanted === running) return;
      running = wanted;
      delay = 0;
      if (running) plan();
      else clearTimeout(timer);
    },
  };
}
