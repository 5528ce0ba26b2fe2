using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Docs;

/// <summary>docs/mobile.md, call by call, against the real shop and the real sandbox: a page that is tested does not rot.</summary>
public sealed class MobileExampleTests
{
    private static readonly Page Page = Page.Read("docs/mobile.md");

    public static TheoryData<string> Examples => [.. Page.Examples.Keys];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Every_example_call_answers_as_the_page_shows(string story)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        using PageReader reader = new(shop);

        foreach (PageStep step in Page.Examples[story])
        {
            await reader.DoAsync(step);
        }
    }

    [Fact]
    public void The_page_has_examples_of_both_products()
    {
        Page.Examples.Keys.ShouldBe(
            ["Widget kits", "Widget kits: when Khalti does not answer", "ePayment kits", "ePayment kits: cancelled, and paid after all"]);
        Page.Examples["Widget kits"].OfType<CurlStep>().Count().ShouldBe(6);
        Page.Examples["ePayment kits"].OfType<CurlStep>().Count().ShouldBe(5);
        Page.Examples.Values.ShouldAllBe(steps => steps.OfType<CallStep>().Count() >= 5);
    }
}
