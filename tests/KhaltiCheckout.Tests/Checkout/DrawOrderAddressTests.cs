using System.Xml.Linq;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Checkout;

/// <summary>The QR code on a receipt. That it can be read, and what it says, the browser tests see.</summary>
public sealed class DrawOrderAddressTests
{
    [Fact]
    public async Task The_QR_code_is_an_SVG_without_script_that_is_not_cached()
    {
        await using Shop shop = await Shop.OpenAsync();
        string id = (await shop.GivenOrderAsync()).Id();

        Answer answer = await shop.AskAsync($"/api/v1/orders/{id}/qr.svg");

        answer.Status.ShouldBe(200);
        answer.MediaType.ShouldBe("image/svg+xml");
        answer.Headers["Cache-Control"].ShouldBe("no-store");
        answer.Text.Length.ShouldBeLessThan(60_000);
        XElement picture = XDocument.Parse(answer.Text).Root!;
        picture.Name.LocalName.ShouldBe("svg");
        picture.Attribute("viewBox").ShouldNotBeNull();
        picture.DescendantsAndSelf().ShouldNotContain(part => part.Name.LocalName == "script" || part.Name.LocalName == "style");
        picture.DescendantsAndSelf().Attributes()
            .ShouldNotContain(attribute => attribute.Name.LocalName == "style" || attribute.Name.LocalName.StartsWith("on"));
    }

    [Fact]
    public async Task The_QR_code_depends_on_order_and_shop()
    {
        await using Shop shop = await Shop.OpenAsync(
            ("Store:PublicUrl", "https://shop.example"), ("Admin:ApiKeys:0", Starting.MerchantKey));
        string one = (await shop.GivenOrderAsync()).Id();
        string other = (await shop.GivenOrderAsync()).Id();

        string picture = (await shop.AskAsync($"/api/v1/orders/{one}/qr.svg")).Text;

        (await shop.AskAsync($"/api/v1/orders/{one}/qr.svg")).Text.ShouldBe(picture);
        (await shop.AskAsync($"/api/v1/orders/{other}/qr.svg")).Text.ShouldNotBe(picture);
    }

    [Theory]
    [InlineData("ord_01k9x4c7qmf3t8v5z2w6y1n0ah")]
    [InlineData("%3Cscript%3E")]
    public async Task An_unknown_order_has_no_QR_code(string id)
    {
        await using Shop shop = await Shop.OpenAsync();

        (await shop.AskAsync($"/api/v1/orders/{id}/qr.svg")).ShouldBeProblem(404, "not_found");
    }
}
