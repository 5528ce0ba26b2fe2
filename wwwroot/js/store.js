// Browser storage that may be missing, full or forbidden: then things are remembered as long as the page lives.
function open(area) {
  const memory = new Map(); // only what the browser would not keep
  return {
    get(key) {
      if (memory.has(key)) return JSON.parse(memory.get(key));
      try { return JSON.parse(window[area].getItem(key)); } catch { return null; /* unreadable counts as absent */ }
    },
    set(key, value) {
      const text = JSON.stringify(value);
      try {
        window[area].setItem(key, text);
        memory.delete(key);
      } catch {
        memory.set(key, text);
      }
    },
    remove(key) {
      memory.delete(key);
      try { window[area].removeItem(key); } catch { /* nothing to remove */ }
    },
  };
}

export const local = open('localStorage');
export const session = open('sessionStorage');
