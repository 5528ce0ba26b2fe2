using System.Text.Json.Nodes;
using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Documented;

/// <summary>Initiate against the sandbox.</summary>
public class InitiateTests(RunningSandbox sandbox) : SandboxTests(sandbox)
{
    private KhaltiClient Client => Sandbox.Client(RunningSandbox.EPaymentSecret);

    [Fact]
    public async Task A_link_has_a_payment_address_and_an_expiry()
    {
        EPaymentLink link = (await Client.InitiateAsync(EPaymentFixture.Request, Stop)).ShouldBeAnswered();

        link.PaymentUrl.Query.ShouldBe("?pidx=" + link.Pidx);
        JsonNode made = await Sandbox.LinkAsync(link.Pidx);
        ((string?)made["state"], (long)made["amount"]!, (string?)made["purchaseOrderId"]).ShouldBe(("Initiated", 1000, "order-1042"));
        (link.ExpiresAt!.Value - (DateTimeOffset)made["createdOn"]!).TotalSeconds.ShouldBe(3600, tolerance: 1);
    }

    [Fact]
    public async Task Every_optional_field_is_accepted()
    {
        EPaymentLink link = (await Client.InitiateAsync(
            EPaymentFixture.Request with
            {
                Amount = new Paisa(20_000),
                Customer = new EPaymentCustomer("सीता राई", "sita@example.com", "9800000001"),
                AmountBreakdown = [new AmountPart("Price", 22_000), new AmountPart("Discount", -2_000)],
                ProductDetails = [new ProductDetail("nb-1", "Notebook", new Paisa(10_000), 2, new Paisa(20_000))],
                MerchantData = new Dictionary<string, string>(StringComparer.Ordinal) { ["merchant_extra"] = "campaign-7" },
                Modes = ["KHALTI"],
                TimeToLive = 1000,
            },
            Stop)).ShouldBeAnswered();

        (link.ExpiresAt!.Value - (DateTimeOffset)(await Sandbox.LinkAsync(link.Pidx))["createdOn"]!)
            .TotalSeconds.ShouldBe(1000, tolerance: 1);
    }

    [Fact]
    public async Task One_order_may_have_any_number_of_links()
    {
        EPaymentLink first = (await Client.InitiateAsync(EPaymentFixture.Request, Stop)).ShouldBeAnswered();
        EPaymentLink second = (await Client.InitiateAsync(EPaymentFixture.Request, Stop)).ShouldBeAnswered();

        second.Pidx.ShouldNotBe(first.Pidx);
    }

    public static TheoryData<string, EPaymentRequest> Refused => new()
    {
        { "amount", EPaymentFixture.Request with { Amount = new Paisa(999) } },
        { "amount", EPaymentFixture.Request with { Amount = new Paisa(9_999), Modes = ["MOBILE_BANKING"] } },
        { "amount", EPaymentFixture.Request with { AmountBreakdown = [new AmountPart("Price", 1001)] } },
        { "amount", EPaymentFixture.Request with { AmountBreakdown = [new AmountPart("Price", 500), new AmountPart("VAT", 499)] } },
        { "purchase_order_id", EPaymentFixture.Request with { PurchaseOrderId = "" } },
        { "purchase_order_name", EPaymentFixture.Request with { PurchaseOrderName = " " } },
        { "customer_info.email", EPaymentFixture.Request with { Customer = new EPaymentCustomer(Email: "sita") } },
        { "product_details.0.name",
            EPaymentFixture.Request with { ProductDetails = [new ProductDetail("nb-1", "", new Paisa(1000), 1, new Paisa(1000))] } },
        { "amount_breakdown.1.label",
            EPaymentFixture.Request with { AmountBreakdown = [new AmountPart("Price", 900), new AmountPart("", 100)] } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Invalid_values_are_refused_by_field(string field, EPaymentRequest request)
    {
        Refusal refusal = (await Client.InitiateAsync(request, Stop)).ShouldBeRefused();

        (refusal.StatusCode, refusal.ErrorKey).ShouldBe((400, "validation_error"));
        refusal.Fields.Keys.ShouldHaveSingleItem().ShouldBe(field);
        refusal.Fields[field].ShouldHaveSingleItem().ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public async Task Several_invalid_fields_are_all_named()
    {
        Refusal refusal = (await Client.InitiateAsync(EPaymentFixture.Request with
        {
            Amount = default,
            PurchaseOrderId = "",
            PurchaseOrderName = ""
        }, Stop)).ShouldBeRefused();

        refusal.Fields.Keys.ShouldBe(["amount", "purchase_order_id", "purchase_order_name"], ignoreOrder: true);
    }

    [Theory]
    [InlineData(RunningSandbox.Secret)]
    [InlineData("live_secret_key_00000000000000000000000000000000")]
    [InlineData("")]
    public async Task A_key_of_another_product_is_unknown_and_no_refusal(string key) =>
        (await Sandbox.Client(key).InitiateAsync(EPaymentFixture.Request, Stop)).ShouldBeUnknown(UnknownReason.Unauthorized, 401);

    [Theory]
    [InlineData("drop_before", null, UnknownReason.NoAnswer, null)]
    [InlineData("drop_after", null, UnknownReason.NoAnswer, null)]
    [InlineData("garbage", null, UnknownReason.Unreadable, 200)]
    [InlineData("error", 503, UnknownReason.ServerError, 503)]
    [InlineData("error", 429, UnknownReason.RateLimited, 429)]
    public async Task A_lost_initiate_answer_is_unknown_and_not_retried(string kind, int? code, UnknownReason why, int? seen)
    {
        await Sandbox.GivenFaultAsync("epayment_initiate", kind, code);

        (await Client.InitiateAsync(EPaymentFixture.Request, Stop)).ShouldBeUnknown(why, seen);

        (await Sandbox.JournalAsync()).Count.ShouldBe(1);
    }
}
