using KhaltiCheckout.BrowserTests.Pages;
using KhaltiCheckout.BrowserTests.Support;
using KhaltiCheckout.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests;

/// <summary>The README's picture shows the page as it is. Where it does not, the failure says which file to copy over it.</summary>
public sealed class ReadmePictureTests(Browser browser) : BrowserTest(browser)
{
    private const int Height = 664;

    // Of 255. Other numbers and dates change less than one, another font some three, another layout ten and more.
    private const double MaxDifference = 6;

    // Mean difference of the grey values of both pictures, drawn small: 255 and more where one is missing or of another size.
    private const string Compare =
        """
        async pictures => {
          const [first, second] = await Promise.all(pictures.map(async picture => {
            const image = new Image();
            image.src = 'data:image/png;base64,' + picture;
            await image.decode();
            return image;
          }));
          if (first.width !== second.width || first.height !== second.height) return 255;
          const [one, other] = [first, second].map(image => {
            const canvas = document.createElement('canvas');
            [canvas.width, canvas.height] = [image.width / 16, image.height / 16];
            const context = canvas.getContext('2d');
            context.imageSmoothingQuality = 'high';
            context.filter = 'grayscale(1)';
            context.drawImage(image, 0, 0, canvas.width, canvas.height);
            return context.getImageData(0, 0, canvas.width, canvas.height).data;
          });
          return one.reduce((sum, value, at) => sum + Math.abs(value - other[at]), 0) / one.length;
        }
        """;

    [Fact]
    public async Task The_picture_in_the_readme_looks_like_the_page_of_a_paid_order()
    {
        string committed = Path.Combine(Repository.Root, "docs", "images", "order-paid.png");
        string made = Path.Combine(Places.Results, "order-paid.png");
        OrderPage order = await GivenPaidOrderAsync();

        byte[] picture = await order.Page.ScreenshotAsync(new PageScreenshotOptions { Path = made });

        File.Exists(committed).ShouldBeTrue($"copy {made} to {committed}");
        IPage blank = await Visits[0].Context.NewPageAsync();
        byte[] known = await File.ReadAllBytesAsync(committed, TestContext.Current.CancellationToken);
        string[] pictures = [Convert.ToBase64String(known), Convert.ToBase64String(picture)];
        (await blank.EvaluateAsync<double>(Compare, pictures)).ShouldBeLessThan(MaxDifference, $"copy {made} to {committed}");
    }

    private async Task<OrderPage> GivenPaidOrderAsync()
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(Width: 1000));
        ShopPage shop = await visit.OpenShopAsync();
        await shop.Page.SetViewportSizeAsync(1000, Height);
        await shop.AddAsync("ilam-tea");
        await shop.AddAsync("dhaka-topi");
        OrderPage order = await shop.PlaceOrderAsync();
        Widget widget = await order.OpenWidgetAsync();
        await widget.PayAsync();
        await widget.ShouldBeGoneAsync();
        await order.ShouldStandAsync("paid", "completed");
        await Expect(order.Receipt).ToBeVisibleAsync();
        return order;
    }
}
