using KhaltiCheckout.DailyReconciliation;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Docs;

/// <summary>docs/mobile.md, call by call, against the real shop and the real sandbox: a page that is tested does not rot.</summary>
public sealed class MobileExampleTests
{
    private static readonly Page Page = Page.Read("docs/mobile.md");

    public static TheoryData<string> Stories => [.. Page.Stories.Keys];

    [Theory]
    [MemberData(nameof(Stories))]
    public async Task Every_example_call_answers_as_the_page_shows(string story)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        using PageReader reader = new(shop);

        foreach (PageStep step in Page.Stories[story])
        {
            await reader.DoAsync(step);
        }
    }

    [Fact]
    public void The_page_has_examples_of_both_products()
    {
        Page.Stories.Keys.ShouldBe(
            ["Widget kits", "Widget kits: when Khalti does not answer", "ePayment kits", "ePayment kits: cancelled, and paid after all"]);
        Page.Stories["Widget kits"].OfType<CurlStep>().Count().ShouldBe(6);
        Page.Stories["ePayment kits"].OfType<CurlStep>().Count().ShouldBe(5);
        Page.Stories.Values.ShouldAllBe(steps => steps.OfType<CallStep>().Count() >= 5);
    }
}
