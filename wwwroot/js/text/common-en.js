// What every page says.
export default {
  'skip': 'Skip to the content',
  'language': 'Language',
  'store': 'The shop',
  'practice': 'Practice shop: no real money moves here.',
  'offline': 'You are offline. What you see may be old; the page goes on by itself when the connection is back.',
  'footer.pay': 'Payments are made in Khalti’s own window. This shop never sees your PIN or your code.',
  'footer.time': 'Times are Nepal time.',
  'again': 'Try again',
  'slow': 'This takes longer than usual. Please wait a moment.',
  'basket.each': '{price} each',
  'order.back': 'To the shop',
  'missing.page': 'Page not found',
  'missing.heading': 'This path leads nowhere',
  'missing.text': 'The page you asked for is not here. It may have moved, or the address has a slip in it. Nothing was ordered or charged.',
};
