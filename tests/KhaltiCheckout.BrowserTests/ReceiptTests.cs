using KhaltiCheckout.BrowserTests.Pages;
using KhaltiCheckout.BrowserTests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace KhaltiCheckout.BrowserTests;

/// <summary>What a shopper keeps, on the screen and on paper.</summary>
public sealed class ReceiptTests(Browser browser) : BrowserTest(browser)
{
    private const long BowlPrice = 320_000;

    // A phone's camera sees the picture as it stands on the page, so this looks at its pixels too.
    private const string Scan =
        """
        async () => {
          const picture = document.querySelector('#qr-picture');
          await picture.decode();
          const canvas = document.createElement('canvas');
          canvas.width = canvas.height = 400;
          const pen = canvas.getContext('2d');
          pen.fillStyle = '#777';
          pen.fillRect(0, 0, 400, 400);
          pen.drawImage(picture, 40, 40, 320, 320);
          return jsQR(pen.getImageData(0, 0, 400, 400).data, 400, 400)?.data ?? null;
        }
        """;

    [Theory]
    [InlineData(360, "ne", "−रु\u00a0५०")]
    [InlineData(1366, "en", "−Rs\u00a050")]
    public async Task A_discount_is_taken_off_on_the_order_its_receipt_and_the_desk(int width, string language, string discount)
    {
        await OpenAsync();
        string id = await Shop.GivenOrderAsync(new
        {
            lines = new object[]
            {
                new { name = "Momo, 10 pieces", unitPrice = 18_000, quantity = 2 }, new { name = "Chutney", unitPrice = 0, quantity = 1 },
                new { name = "Dashain offer", unitPrice = 5_000, quantity = 1, kind = "discount" },
            },
        });
        Visit visit = await VisitAsync(new Shopper(width, language));
        OrderPage order = await visit.OpenOrderAsync(id);
        await Expect(order.Page.Locator("#lines tr").Last).ToContainTextAsync(discount);
        await (await order.GoToKhaltiAsync()).PayAsync();

        await order.ShouldStandAsync("paid", "completed");
        await Expect(order.Page.Locator("#lines tr").Last).ToContainTextAsync(discount);
        await Expect(order.Page.Locator("#totals")).ToContainTextAsync(language == "ne" ? "३१०" : "310");
        await visit.JudgeAsync(order.Page, "receipt-discount");
        DeskPage desk = await DeskPage.OpenAsync(visit);
        await desk.OpenOrderAsync(id);
        await Expect(desk.Page.Locator(".lines li").Last).ToContainTextAsync(discount);
        await visit.JudgeAsync(desk.Page, "desk-discount");
    }

    [Fact]
    public async Task The_code_on_the_receipt_leads_to_the_order_where_shoppers_find_the_shop()
    {
        await OpenAsync(("Store:PublicUrl", "https://shop.example/"), ("Admin:ApiKeys:0", DeskPage.MerchantKey));
        OrderPage order = await GivenPaidAsync(await VisitAsync());

        (await ScanAsync(order)).ShouldBe($"https://shop.example/order.html?id={order.Id}");
    }

    [Theory]
    [InlineData("en")]
    [InlineData("ne")]
    public async Task Without_a_public_address_the_code_leads_to_where_the_shop_was_reached(string language)
    {
        await OpenAsync();
        OrderPage order = await GivenPaidAsync(await VisitAsync(new Shopper(360, language)));
        string address = (await ScanAsync(order))!;
        address.ShouldBe(new Uri(Shop.Address, $"order.html?id={order.Id}").ToString());

        string alt = language == "ne" ? $"अर्डर {order.Id} को ठेगाना भएको क्यूआर कोड" : $"QR code with the address of order {order.Id}";
        await Expect(order.Page.Locator("#qr-picture")).ToHaveAttributeAsync("alt", alt);
        await order.Page.GotoAsync(address);
        await order.ShouldStandAsync("paid", "completed");
    }

    [Fact]
    public async Task An_unpaid_order_requests_no_QR_code()
    {
        await OpenAsync();
        Visit visit = await VisitAsync();
        List<string> asked = [];
        visit.Context.Request += (_, request) => asked.Add(request.Url);
        OrderPage order = await visit.OpenOrderAsync(await Shop.GivenOrderAsync());
        await order.ShouldTellAsync("open");

        await Expect(order.Page.Locator("#qr")).ToBeHiddenAsync();
        asked.ShouldNotContain(address => address.EndsWith("qr.svg"));
    }

    [Fact]
    public async Task A_QR_code_that_fails_to_load_leaves_no_gap()
    {
        await OpenAsync();
        Visit visit = (await VisitAsync()).Expecting("net::ERR_FAILED");
        await visit.Context.RouteAsync("**/qr.svg", route => route.AbortAsync());
        OrderPage order = await GivenPaidAsync(visit);

        await Expect(order.Page.Locator("#qr")).ToBeHiddenAsync();
        await Expect(order.Receipt).ToContainTextAsync(order.Id);
    }

    [Theory]
    [InlineData("en")]
    [InlineData("ne")]
    public async Task The_receipt_prints_on_one_page_with_all_that_a_shop_needs_to_find_the_payment(string language)
    {
        await OpenAsync();
        Visit visit = await VisitAsync(new Shopper(1280, language));
        OrderPage order = await GivenPaidAsync(visit);
        await Expect(order.Page.Locator("#qr")).ToBeVisibleAsync();
        await order.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });

        string transaction = (string)(await Shop.OrderAsync(order.Id))["payments"]![0]!["transactionId"]!;
        string[] needed = language == "ne"
            ? ["सिङ्गिङ बाउल", "२", "रु\u00a0३,२००", "रु\u00a0६,४००", "वि.सं. २०८", "(सन् २०२", order.Id, transaction]
            : ["Singing bowl", "2", "Rs\u00a03,200", "Rs\u00a06,400", "Maya Gurung", order.Id, transaction];
        foreach (string text in needed)
        {
            await Expect(order.Receipt).ToContainTextAsync(text);
        }

        foreach (string needless in (string[])[".languages", "#print", "#copy", "#back", "#practice", "#pay-panel", ".skip"])
        {
            await Expect(order.Page.Locator(needless)).ToBeHiddenAsync();
        }

        await Expect(order.Page.Locator("#qr-picture")).ToBeVisibleAsync();
        await visit.ShootAsync(order.Page, "receipt-printed");
        byte[] pdf =
            await order.Page.PdfAsync(new PagePdfOptions { Format = "A4", Path = Path.Combine(Places.Results, $"receipt-{language}.pdf") });
        System.Text.RegularExpressions.Regex.Count(System.Text.Encoding.Latin1.GetString(pdf), @"/Type\s*/Page\b").ShouldBe(1);
    }

    private async Task<OrderPage> GivenPaidAsync(Visit visit)
    {
        string id = await Shop.GivenOrderAsync("singing-bowl", 2);
        string token = await Shop.Sandbox.ConfirmedTokenAsync(2 * BowlPrice, id);
        await Shop.PostAsync("/api/v1/payments/verify", new { orderId = id, token, amount = 2 * BowlPrice });
        OrderPage order = await visit.OpenOrderAsync(id);
        await order.ShouldStandAsync("paid", "completed");
        return order;
    }

    private static async Task<string?> ScanAsync(OrderPage order)
    {
        (string? file, string? missing) = await NpmPackage.QrReader.FindAsync();
        Need(missing);
        await Expect(order.Page.Locator("#qr")).ToBeVisibleAsync();
        await order.Page.EvaluateAsync(await File.ReadAllTextAsync(file!, TestContext.Current.CancellationToken) + "\n;0");
        return await order.Page.EvaluateAsync<string?>(Scan);
    }
}
