// Copies text. Over plain http the browser has no clipboard for pages but on localhost: there the old way, by a selection, works.
export async function copyText(text, beside) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { /* not allowed: the old way may be */ }
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.readOnly = true;
  area.className = 'unseen';
  beside.after(area); // inside the dialog, if there is one: outside of it nothing can be selected
  area.select();
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    area.remove();
    beside.focus();
  }
}
