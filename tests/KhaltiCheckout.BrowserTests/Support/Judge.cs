using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>Holds what a page shows just now to its own width and to zero findings of axe.</summary>
internal static class Judge
{
    // All rules run. Told in full is what breaks one; to describe whatever is right takes as long as to look. A frame that
    // did not answer would be left out without a word; on a busy machine one takes longer to answer than axe expects.
    private const string Violations =
        """
        async leaveOut => {
          const context = { include: [['html']], exclude: leaveOut === null ? [] : [[leaveOut]] };
          const found = await axe.run(context, { resultTypes: ['violations'], pingWaitTime: 15_000 });
          if (found.passes.length === 0) return ['axe has looked at nothing'];
          return [...found.violations, ...found.incomplete.filter(result => result.id === 'frame-tested')]
            .flatMap(result => result.nodes.map(node => `${result.id}: ${node.html}`));
        }
        """;

    // A scheme changes colours only.
    private const string Contrast =
        """
        async () => (await axe.run(document, { runOnly: ['color-contrast'], iframes: false })).violations
          .flatMap(violation => violation.nodes.map(node => `${violation.id}: ${node.html}`))
        """;

    // The frame is Khalti's stand-in, on another port. Axe of one frame asks axe of the next by messages.
    private static readonly string Axe =
        new BundledAxeScriptProvider().GetScript() + "\n;axe.configure({ allowedOrigins: ['<unsafe_all_origins>'] });";

    /// <param name="leaveOut">What is Khalti's and not ours to mend.</param>
    internal static async Task JudgeAsync(this Visit visit, IPage page, string state, string? leaveOut = null)
    {
        string where = $"{state}, {visit.Shopper}";
        (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"))
            .ShouldBe(0, $"sticks out sideways: {where}");

        await visit.ShootAsync(page, state);
        IFrame[] frames = [.. page.Frames.Where(frame => frame.ParentFrame is null || (leaveOut is null && frame.Url != "about:blank"))];
        foreach (IFrame frame in frames)
        {
            await frame.EvaluateAsync(Axe);
        }

        (await page.EvaluateAsync<string[]>(Violations, leaveOut)).ShouldBeEmpty(where);

        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await visit.ShootAsync(page, state + "-dark");
        foreach (IFrame frame in frames)
        {
            (await frame.EvaluateAsync<string[]>(Contrast)).ShouldBeEmpty($"dark, {where}");
        }

        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
    }
}
