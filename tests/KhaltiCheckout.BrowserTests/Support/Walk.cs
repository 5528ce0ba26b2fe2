using System.Text.RegularExpressions;
using KhaltiCheckout.BrowserTests.Pages;
using Microsoft.Playwright;

namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>
/// Goes with a new shopper, step by step, and looks at each step as a stranger would: is it in my language, does it fit my
/// phone, can I hit it with a thumb, does it tell me whether I was charged. Keeps a numbered picture of every step.
/// </summary>
internal sealed partial class Walk(Visit visit, string name)
{
    // What one sees and what a screen reader reads, without ids and codes, names, and what says of itself that it is English.
    private const string Read =
        """
        () => {
          const skipped = 'code, script, style, noscript, [lang=en], .brand, [hidden], iframe, [id^=loaderkhalti]';
          const found = [document.title];
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          for (let node; node = walker.nextNode();) {
            if (!node.parentElement.closest(skipped) && node.parentElement.checkVisibility()) found.push(node.data);
          }
          for (const node of document.querySelectorAll('[aria-label], [alt], [placeholder], [title]')) {
            if (node.closest(skipped) || !node.checkVisibility()) continue;
            for (const name of ['aria-label', 'alt', 'placeholder', 'title']) found.push(node.getAttribute(name) ?? '');
          }
          return found.map(text => text.trim()).filter(text => text !== '');
        }
        """;

    private const string Small =
        """
        () => [...document.querySelectorAll('button, .button, input, select, textarea, summary, .bar')]
          .filter(node => node.checkVisibility() && !node.closest('[inert]'))
          .map(node => node.matches('[type=radio], [type=checkbox]') ? node.closest('label') ?? node : node) // a label is hit as well
          .filter(node => node.getBoundingClientRect().height < 44 || node.getBoundingClientRect().width < 44)
          .map(node => [node.id || node.className || node.tagName, node.getBoundingClientRect()])
          .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)
        """;

    // Cut off, or covered by a neighbour.
    private const string Cut =
        """
        () => [...document.querySelectorAll('main :is(h1, h2, h3, p, td, th, dt, dd, button, .button, strong, figcaption)')]
          .filter(node => node.checkVisibility() && !node.matches('.unseen') && node.scrollWidth > node.clientWidth + 1)
          .filter(node => getComputedStyle(node).display !== 'inline')
          .map(node => node.id || node.textContent)
        """;

    private int _step;

    internal async Task StepAsync(IPage page, string state)
    {
        string where = $"{name} {++_step}: {state}";
        (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"))
            .ShouldBe(0, where);
        await visit.ShootAsync(page, $"walk-{name}-{_step:00}-{state}");
        string[] read = await page.EvaluateAsync<string[]>(Read);
        read.ShouldNotBeEmpty(where);
        if (visit.Shopper.Language == "ne")
        {
            read.Select(text => Names().Replace(text, "")).Where(text => Untranslated().IsMatch(text)).ShouldBeEmpty(where);
        }

        (await page.EvaluateAsync<string[]>(Small)).ShouldBeEmpty(where);
        (await page.EvaluateAsync<string[]>(Cut)).ShouldBeEmpty(where);
    }

    /// <summary>A step on the order page, which also tells how the shopper's money stands.</summary>
    internal async Task StepAsync(OrderPage order, string state, string events)
    {
        await Assertions.Expect(order.Status).ToContainTextAsync(events);
        await StepAsync(order.Page, state);
    }

    // Two words of English in a row, or digits that are not Nepal's.
    [GeneratedRegex("[A-Za-z]{2,}[\\s,.:;’'-]+[A-Za-z]{2,}|[0-9]", RegexOptions.None, 1000)]
    private static partial Regex Untranslated();

    // Proper names, an order's number in a sentence, a key's name, and what is to be typed into Khalti's window as it stands.
    [GeneratedRegex(
        "Khalti Checkout|Maya Gurung|settings key 1|…[0-9a-z]{8}|ord_[0-9a-z]+|98000000[0-9]+|1111|987654", RegexOptions.None, 1000)]
    private static partial Regex Names();
}
