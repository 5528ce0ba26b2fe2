using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>Holds what a page shows just now to its own width and to zero findings of axe, and keeps pictures of it.</summary>
internal static class Judge
{
    // Axe is in the page already, and a scheme changes colours only.
    private const string Contrast =
        """
        async () => (await axe.run(document, { runOnly: ['color-contrast'], iframes: false })).violations
          .flatMap(violation => violation.nodes.map(node => `${violation.id}: ${node.html}`))
        """;

    // All rules run. Told in full is what breaks one; to describe whatever is right takes as long as to look.
    private static readonly AxeRunOptions Violations = new() { ResultTypes = [ResultType.Violations] };

    /// <param name="leaveOut">What is Khalti's and not ours to mend.</param>
    internal static async Task JudgeAsync(this Visit visit, IPage page, string state, string? leaveOut = null)
    {
        string where = $"{state}, {visit.Shopper}";
        (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"))
            .ShouldBe(0, $"sticks out sideways: {where}");

        await visit.ShootAsync(page, state);
        AxeResult found = leaveOut is null
            ? await page.RunAxe(Violations)
            : await page.RunAxe(new AxeRunContext { Exclude = [new AxeSelector(leaveOut)] }, Violations);
        found.Passes.ShouldNotBeEmpty(); // it has looked at something
        found.Violations.SelectMany(violation => violation.Nodes.Select(node => $"{violation.Id}: {node.Html}")).ShouldBeEmpty(where);

        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await visit.ShootAsync(page, state + "-dark");
        foreach (IFrame frame in page.Frames.Where(frame => frame.ParentFrame is null || leaveOut is null))
        {
            if (frame.Url != "about:blank")
            {
                (await frame.EvaluateAsync<string[]>(Contrast)).ShouldBeEmpty($"dark, {where}");
            }
        }

        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
    }
}
