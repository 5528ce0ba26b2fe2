using System.Text.Json.Nodes;
using Khalti.Client.Tests.Support;

namespace Khalti.Client.Tests.Documented;

/// <summary>Making payment links, against the sandbox.</summary>
public class InitiateTests(RunningSandbox sandbox) : SandboxTests(sandbox)
{
    private KhaltiClient Client => Sandbox.Client(RunningSandbox.EPaymentSecret);

    [Fact]
    public async Task A_link_names_where_to_pay_and_until_when()
    {
        EPaymentLink link = (await Client.InitiateAsync(EPaying.Request, Stop)).ShouldBeAnswered();

        link.PaymentUrl.Query.ShouldBe("?pidx=" + link.Pidx);
        JsonNode made = await Sandbox.LinkAsync(link.Pidx);
        ((string?)made["state"], (long)made["amount"]!, (string?)made["purchaseOrderId"]).ShouldBe(("Initiated", 1000, "order-1042"));
        (link.ExpiresAt!.Value - (DateTimeOffset)made["createdOn"]!).TotalSeconds.ShouldBe(3600, tolerance: 1);
    }

    [Fact]
    public async Task Everything_that_can_be_said_is_understood()
    {
        EPaymentLink link = (await Client.InitiateAsync(
            EPaying.Request with
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

        (link.ExpiresAt!.Value - (DateTimeOffset)(await Sandbox.LinkAsync(link.Pidx))["createdOn"]!).TotalSeconds.ShouldBe(1000, tolerance: 1);
    }

    [Fact]
    public async Task One_order_may_have_any_number_of_links()
    {
        EPaymentLink first = (await Client.InitiateAsync(EPaying.Request, Stop)).ShouldBeAnswered();
        EPaymentLink second = (await Client.InitiateAsync(EPaying.Request, Stop)).ShouldBeAnswered();

        second.Pidx.ShouldNotBe(first.Pidx);
    }

    public static TheoryData<string, EPaymentRequest> Refused => new()
    {
        { "amount", EPaying.Request with { Amount = new Paisa(999) } },
        { "amount", EPaying.Request with { Amount = new Paisa(9_999), Modes = ["MOBILE_BANKING"] } },
        { "amount", EPaying.Request with { AmountBreakdown = [new AmountPart("Price", 1001)] } },
        { "amount", EPaying.Request with { AmountBreakdown = [new AmountPart("Price", 500), new AmountPart("VAT", 499)] } },
        { "purchase_order_id", EPaying.Request with { PurchaseOrderId = "" } },
        { "purchase_order_name", EPaying.Request with { PurchaseOrderName = " " } },
        { "customer_info.name", EPaying.Request with { Customer = new EPaymentCustomer(Name: "") } },
        { "customer_info.email", EPaying.Request with { Customer = new EPaymentCustomer(Email: "sita") } },
        { "product_details.0.name", EPaying.Request with { ProductDetails = [new ProductDetail("nb-1", "", new Paisa(1000), 1, new Paisa(1000))] } },
        { "amount_breakdown.1.label", EPaying.Request with { AmountBreakdown = [new AmountPart("Price", 900), new AmountPart("", 100)] } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_Khalti_dislikes_is_refused_by_field(string field, EPaymentRequest request)
    {
        Refusal refusal = (await Client.InitiateAsync(request, Stop)).ShouldBeRefused();

        (refusal.StatusCode, refusal.ErrorKey).ShouldBe((400, "validation_error"));
        refusal.Fields.Keys.ShouldHaveSingleItem().ShouldBe(field);
        refusal.Fields[field].ShouldHaveSingleItem().ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public async Task Several_bad_fields_are_all_named()
    {
        Refusal refusal = (await Client.InitiateAsync(EPaying.Request with { Amount = default, PurchaseOrderId = "", PurchaseOrderName = "" }, Stop)).ShouldBeRefused();

        refusal.Fields.Keys.ShouldBe(["amount", "purchase_order_id", "purchase_order_name"], ignoreOrder: true);
    }

    [Theory]
    [InlineData(RunningSandbox.Secret)]
    [InlineData("live_secret_key_00000000000000000000000000000000")]
    [InlineData("")]
    public async Task A_key_that_is_not_this_products_is_unknown_and_no_refusal(string key) =>
        (await Sandbox.Client(key).InitiateAsync(EPaying.Request, Stop)).ShouldBeUnknown(UnknownReason.Unauthorized, 401);

    [Theory]
    [InlineData("drop_before", null, UnknownReason.NoAnswer, null)]
    [InlineData("drop_after", null, UnknownReason.NoAnswer, null)]
    [InlineData("garbage", null, UnknownReason.Unreadable, 200)]
    [InlineData("error", 503, UnknownReason.ServerError, 503)]
    [InlineData("error", 429, UnknownReason.RateLimited, 429)]
    public async Task A_lost_answer_is_unknown_and_not_asked_for_again(string kind, int? code, UnknownReason why, int? seen)
    {
        await Sandbox.GivenFaultAsync("epayment_initiate", kind, code);

        (await Client.InitiateAsync(EPaying.Request, Stop)).ShouldBeUnknown(why, seen);

        (await Sandbox.JournalAsync()).Count.ShouldBe(1);
    }
}
