using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Documented;

/// <summary>The requests that initiate and lookup send.</summary>
public class EPaymentRequestsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Initiate_sends_required_fields_and_omits_missing_ones()
    {
        ReceivedRequest request = await InitiatedAsync(EPaymentFixture.Request);

        (request.Method, request.Target).ShouldBe(("POST", "/api/v2/epayment/initiate/"));
        request.Header("Content-Type").ShouldBe("application/json");
        request.Body.ShouldBe(
            """{"return_url":"https://shop.example/khalti/return","website_url":"https://shop.example/","amount":"""
            + """1000,"purchase_order_id":"order-1042","purchase_order_name":"Two notebooks"}""");
    }

    [Fact]
    public async Task Initiate_sends_every_field_as_Khalti_names_it()
    {
        ReceivedRequest request = await InitiatedAsync(EPaymentFixture.Request with
        {
            Amount = new Paisa(1300),
            Customer = new EPaymentCustomer("Sita Rai", "sita@example.com", "9800000001"),
            AmountBreakdown = [new AmountPart("Price", 1350), new AmountPart("VAT", 150), new AmountPart("Discount", -200)],
            ProductDetails = [new ProductDetail("nb-1", "Notebook", new Paisa(650), 2, new Paisa(1300))],
            MerchantData =
                new Dictionary<string, string>(StringComparer.Ordinal) { ["merchant_extra"] = "campaign-7", ["merchant_username"] = "" },
            Modes = ["KHALTI", "MOBILE_BANKING"],
            Bank = "bank-idx",
            TimeToLive = 1000,
        });

        request.Body.ShouldBe("""
            {"return_url":"https://shop.example/khalti/return","website_url":"https://shop.example/","amount":1300,
            "purchase_order_id":"order-1042","purchase_order_name":"Two notebooks",
            "customer_info":{"name":"Sita Rai","email":"sita@example.com","phone":"9800000001"},
            "amount_breakdown":[{"label":"Price","amount":1350},{"label":"VAT","amount":150},{"label":"Discount","amount":-200}],
            "product_details":[{"identity":"nb-1","name":"Notebook","total_price":1300,"quantity":2,"unit_price":650}],
            "merchant_extra":"campaign-7","merchant_username":"","modes":["KHALTI","MOBILE_BANKING"],"bank":"bank-idx","ttl":1000}
            """.ReplaceLineEndings(""));
    }

    [Fact]
    public async Task Missing_customer_fields_are_left_out() =>
        (await InitiatedAsync(EPaymentFixture.Request with { Customer = new EPaymentCustomer(Phone: "9800000001") }))
            .Body.ShouldEndWith("\"customer_info\":{\"phone\":\"9800000001\"}}");

    [Fact]
    public async Task Amounts_are_sent_as_whole_paisa_up_to_the_maximum() =>
        (await InitiatedAsync(EPaymentFixture.Request with { Amount = new Paisa(long.MaxValue) }))
            .Body.ShouldContain("\"amount\":9223372036854775807,");

    [Fact]
    public async Task Any_text_is_sent_unchanged_and_never_throws()
    {
        foreach (string text in (string[])["नोटबुक \"२\" + <b>&amp;</b> \\ / 🙏", new string('x', 200_000), "", "\0\r\n"])
        {
            ReceivedRequest request = await InitiatedAsync(EPaymentFixture.Request with { PurchaseOrderName = text });

            System.Text.Json.Nodes.JsonNode.Parse(request.Body)!["purchase_order_name"]!.GetValue<string>().ShouldBe(text);
        }

        (await InitiatedAsync(EPaymentFixture.Request with { PurchaseOrderName = "half \ud800 a pair" })).Body.ShouldContain("a pair");
    }

    [Theory]
    [InlineData("9. bZQLD9\"wRVWo", "{\"pidx\":\"9. bZQLD9\\u0022wRVWo\"}")]
    [InlineData("", "{\"pidx\":\"\"}")]
    [InlineData(EPaymentFixture.Pidx, "{\"pidx\":\"bZQLD9wRVWo4CdESSfuSsB\"}")]
    public async Task Lookup_sends_the_pidx_and_nothing_else(string pidx, string body)
    {
        ReceivedRequest request = await SentAsync(client => client.LookupAsync(pidx, Stop));

        (request.Method, request.Target, request.Body).ShouldBe(("POST", "/api/v2/epayment/lookup/", body));
        request.Header("Content-Type").ShouldBe("application/json");
    }

    [Theory]
    [InlineData("/khalti/return", UriKind.Relative)]
    [InlineData("ftp://shop.example/", UriKind.Absolute)]
    [InlineData("javascript:alert(1)", UriKind.Absolute)]
    [InlineData("file:///etc/passwd", UriKind.Absolute)]
    public async Task An_address_other_than_http_or_https_is_refused_before_the_call(string address, UriKind kind)
    {
        Uri wrong = new(address, kind);
        await using ScriptedServer server = new(Step.Json(EPaymentFixture.Link));
        KhaltiClient client = ClientFixture.At(server.Address);

        await Should.ThrowAsync<ArgumentException>(() => client.InitiateAsync(EPaymentFixture.Request with { ReturnUrl = wrong }, Stop));
        await Should.ThrowAsync<ArgumentException>(() => client.InitiateAsync(EPaymentFixture.Request with { WebsiteUrl = wrong }, Stop));

        server.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("amount")]
    [InlineData("return_url")]
    [InlineData("Merchant_extra")]
    [InlineData("")]
    public async Task Merchant_data_cannot_overwrite_Khaltis_fields(string name)
    {
        await using ScriptedServer server = new(Step.Json(EPaymentFixture.Link));
        EPaymentRequest request =
            EPaymentFixture.Request with { MerchantData = new Dictionary<string, string>(StringComparer.Ordinal) { [name] = "1" } };

        await Should.ThrowAsync<ArgumentException>(() => ClientFixture.At(server.Address).InitiateAsync(request, Stop));

        server.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Null_arguments_throw()
    {
        KhaltiClient client = ClientFixture.At(new Uri("http://khalti.invalid"));

        await Should.ThrowAsync<ArgumentNullException>(() => client.InitiateAsync(null!, Stop));
        await Should.ThrowAsync<ArgumentNullException>(
            () => client.InitiateAsync(EPaymentFixture.Request with { ReturnUrl = null! }, Stop));
        await Should.ThrowAsync<ArgumentNullException>(
            () => client.InitiateAsync(EPaymentFixture.Request with { WebsiteUrl = null! }, Stop));
        await Should.ThrowAsync<ArgumentNullException>(() => client.LookupAsync(null!, Stop));
    }

    private static Task<ReceivedRequest> InitiatedAsync(EPaymentRequest request) =>
        SentAsync(client => client.InitiateAsync(request, Stop));

    private static async Task<ReceivedRequest> SentAsync(Func<KhaltiClient, Task> call)
    {
        await using ScriptedServer server = new(Step.Json("{}"));
        await call(ClientFixture.At(server.Address));
        return server.Received.ShouldHaveSingleItem();
    }
}
