using Microsoft.Playwright;

namespace KhaltiCheckout.BrowserTests.Pages;

/// <summary>What leads back to the order while Khalti's window is still opening.</summary>
internal sealed class WayOut(IPage page)
{
    internal ILocator Panel => page.Locator("#way-out");

    internal ILocator Button => page.Locator("#way-out-button");

    /// <summary>Whether a finger in the middle of the button would hit it, and nothing that covers it.</summary>
    internal Task<bool> CanBeTouchedAsync() => Button.EvaluateAsync<bool>(
        """
        button => {
          const { x, y, width, height } = button.getBoundingClientRect();
          return height >= 44 && document.elementFromPoint(x + width / 2, y + height / 2) === button;
        }
        """);
}
