using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.DailyReconciliation;

/// <summary>What of a day can't be compared stands in the close of the day it belongs to, and such a day is not signed off.</summary>
public sealed class CloseGapsTests
{
    private const string Day = "2026-11-21";
    private const string WrongKey = "test_secret_key_44444444444444444444444444444444";

    [Fact]
    public async Task A_shop_with_ePayment_only_is_reconciled()
    {
        await using Shop shop = await Shop.OpenAsync(("Khalti:Widget:Enabled", "false"), ("Khalti:Widget:SecretKey", WrongKey));
        await shop.GivenPaidByLinkAsync();

        JsonNode close = await RunAsync(shop);
        shop.Clock.Advance(TimeSpan.FromDays(1));
        close = await RunAsync(shop);

        ((bool)close["isWhole"]!).ShouldBeTrue(close.ToJsonString());
        ((int)close["report"]!["here"]!["payments"]!, (int)close["report"]!["atKhalti"]!["payments"]!).ShouldBe((1, 1));
        (await shop.Sandbox.CountAsync("list")).ShouldBe(0);
        (await SignOffAsync(shop)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_disabled_widget_is_still_compared_and_its_unreadable_list_reported()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenPaidAsync();
        await shop.GivenPaidByLinkAsync();
        await shop.ReopenAsync(("Khalti:Widget:Enabled", "false"), ("Khalti:Widget:SecretKey", WrongKey));

        JsonNode close = await RunAsync(shop);
        shop.Clock.Advance(TimeSpan.FromDays(1));
        await RunAsync(shop);
        JsonNode nextDay = await RunAsync(shop, "2026-11-22");

        LeftOut(close).ShouldBe(["The widget's list at Khalti can't be read: Khalti refuses the secret key (Khalti:Widget:SecretKey)."]);
        ((int)close["report"]!["here"]!["payments"]!).ShouldBe(1, "the ePayment was compared");
        (await SignOffAsync(shop)).Body.Code().ShouldBe("not_signable");
        LeftOut(nextDay).ShouldBeEmpty();
        NotLookedBackAt(nextDay).ShouldHaveSingleItem().ShouldContain("Khalti:Widget:SecretKey");
    }

    [Fact]
    public async Task A_failed_transaction_list_is_reported_while_ePayments_are_compared()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        await shop.GivenPaidAsync();
        await shop.GivenPaidByLinkAsync();
        await shop.Sandbox.FaultAsync("list", "error", status: 503);

        JsonNode close = await RunAsync(shop);

        ((bool)close["isWhole"]!).ShouldBeFalse();
        LeftOut(close).ShouldBe(["The widget's list at Khalti can't be read: Khalti did not answer."]);
        ((int)close["report"]!["here"]!["payments"]!).ShouldBe(1);
    }

    [Fact]
    public async Task A_refused_ePayment_key_is_reported_and_the_day_is_incomplete()
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.GivenPaidAsync();
        await shop.GivenPaidByLinkAsync();
        await shop.GivenPaidByLinkAsync();
        await shop.ReopenAsync(("Khalti:EPayment:SecretKey", "live_secret_key_44444444444444444444444444444444"));

        JsonNode close = await RunAsync(shop);

        LeftOut(close).ShouldBe(["Khalti refuses the secret key (Khalti:EPayment:SecretKey): 2 payments were not compared."]);
        ((int)close["report"]!["here"]!["payments"]!).ShouldBe(1);
    }

    [Theory]
    [InlineData("2026-11-20T23:59:59+05:45", false)]
    [InlineData("2026-11-21T00:00:01+05:45", true)]
    public async Task A_truncated_list_makes_its_day_incomplete(string oldestRead, bool ofDay)
    {
        await using Shop shop = await OpenOnListAsync(page => page == 1 ? Page([Record("one", oldestRead)], hasNext: true) : null);
        shop.ExpectWarnings();

        JsonNode close = await RunAsync(shop);

        const string Sentence = "The widget's list at Khalti can't be read from page 2 on: Khalti did not answer.";
        LeftOut(close).ShouldBe(ofDay ? [Sentence] : []);
        NotLookedBackAt(close).ShouldBe(ofDay ? [] : [Sentence]);
        ((bool)close["isWhole"]!).ShouldBe(!ofDay);
    }

    [Theory]
    [InlineData("2026-11-22T10:00:00+05:45", 0, 0)]
    [InlineData("2026-11-21T10:00:00+05:45", 1, 0)]
    [InlineData("2026-11-20T10:00:00+05:45", 0, 1)]
    [InlineData("2026-09-20T10:00:00+05:45", 0, 0)]
    [InlineData(null, 1, 0)]
    public async Task An_unreadable_record_makes_its_own_day_incomplete(string? createdOn, int leftOut, int notLookedBackAt)
    {
        JsonObject unreadable = Record("two", createdOn);
        unreadable.Remove("amount");
        await using Shop shop = await OpenOnListAsync(_ => Page([Record("one", "2026-11-22T11:00:00+05:45"), unreadable]));
        shop.Clock.Advance(TimeSpan.FromDays(2));

        JsonNode close = await RunAsync(shop);

        (LeftOut(close).Length, NotLookedBackAt(close).Length).ShouldBe((leftOut, notLookedBackAt), close.ToJsonString());
        (int status, _) = await SignOffAsync(shop, notLookedBackAt > 0 ? "The record is none of ours." : null);
        status.ShouldBe(leftOut > 0 ? 409 : 200);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_payment_whose_row_cannot_be_read_is_named_and_the_rest_is_compared(bool isLink)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode broken, _) = isLink ? await shop.GivenPaidByLinkAsync() : await shop.GivenPaidAsync();
        await shop.GivenPaidAsync();
        await shop.GivenPaidByLinkAsync();
        string id = broken.Payment().Id();
        await shop.SqlAsync($"""UPDATE "Payments" SET "Amount" = -1 WHERE "Id" = {id}""");

        await RunAsync(shop);
        shop.Clock.Advance(TimeSpan.FromDays(1));
        JsonNode close = await RunAsync(shop);
        JsonNode nextDay = await RunAsync(shop, "2026-11-22");

        string sentence = $"The shop's record of payment {id} can't be read.";
        LeftOut(close).ShouldBe([sentence]);
        ((bool)close["isWhole"]!).ShouldBeFalse();
        ((int)close["report"]!["here"]!["payments"]!, (int)close["report"]!["atKhalti"]!["payments"]!).ShouldBe((2, 2));
        close["report"]!["differences"]!.AsArray().ShouldBeEmpty();
        (await SignOffAsync(shop, "checked")).Body.Code().ShouldBe("not_signable");
        LeftOut(nextDay).ShouldBeEmpty();
        NotLookedBackAt(nextDay).ShouldBe([sentence]);
    }

    [Fact]
    public async Task A_day_is_signed_off_without_records_that_stay_unread_when_they_are_named()
    {
        JsonObject unreadable = Record("two", "2026-11-21T10:00:00+05:45");
        unreadable.Remove("amount");
        await using Shop shop = await OpenOnListAsync(_ => Page([Record("one", "2026-11-22T11:00:00+05:45"), unreadable]));
        shop.Clock.Advance(TimeSpan.FromDays(2));
        JsonNode close = await RunAsync(shop);

        const string Sentence = "The record of transaction two in the widget's list at Khalti can't be read.";
        LeftOut(close).ShouldBe([Sentence]);
        Texts(close, "leftOutRecords").ShouldBe([Sentence]);
        (await SignOffAsync(shop, "looked up")).Body.Code().ShouldBe("not_signable", "it is not named");
        (await SignOffAsync(shop, "looked up", Sentence, "Another.")).Body.Code().ShouldBe("not_signable");
        (await SignOffAsync(shop, null, Sentence)).Body.Code().ShouldBe("not_signable", "no note");
        (int status, JsonNode signed) = await SignOffAsync(shop, "looked up: 123 rupees of another shop", Sentence);

        (status, (bool?)signed["isSignedOff"], (bool?)signed["isWhole"]).ShouldBe((200, true, false), signed.ToJsonString());
        LeftOut(signed).ShouldBe([Sentence], "the books say what they lack");
        (await shop.AsMerchantAsync("/api/v1/admin/summary?days=1")).Json["daysNotCompared"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_day_whose_list_was_not_read_is_not_signed_off_by_naming_that()
    {
        await using Shop shop = await OpenOnListAsync(page =>
            page == 1 ? Page([Record("one", "2026-11-21T10:00:00+05:45")], hasNext: true) : null);
        shop.ExpectWarnings();
        shop.Clock.Advance(TimeSpan.FromDays(2));
        JsonNode close = await RunAsync(shop);

        Texts(close, "leftOutRecords").ShouldBeEmpty();
        (await SignOffAsync(shop, "never mind", LeftOut(close))).Body.Code().ShouldBe("not_signable");
    }

    [Fact]
    public async Task More_unread_records_than_are_named_cannot_be_signed_off()
    {
        JsonNode[] records = [.. Enumerable.Range(0, 21).Select(number =>
        {
            JsonObject unreadable = Record($"t{number}", "2026-11-21T10:00:00+05:45");
            unreadable.Remove("amount");
            return unreadable;
        })];
        await using Shop shop = await OpenOnListAsync(_ => Page([.. records.Select(record => record.DeepClone())]));
        shop.Clock.Advance(TimeSpan.FromDays(2));
        JsonNode close = await RunAsync(shop);

        LeftOut(close).Length.ShouldBe(21);
        LeftOut(close)[^1].ShouldBe("Nor could 1 more be compared.");
        (await SignOffAsync(shop, "too many", LeftOut(close))).Body.Code().ShouldBe("not_signable");
    }

    [Fact]
    public async Task A_list_of_more_than_a_thousand_pages_is_read_completely()
    {
        const int Pages = 1100;
        await using Shop shop =
            await OpenOnListAsync(page => Page([Record($"t{page}", "2026-11-21T10:00:00+05:45")], hasNext: page < Pages));

        JsonNode close = await RunAsync(shop);

        ((bool)close["isWhole"]!).ShouldBeTrue();
        close["report"]!["differences"]!.AsArray().Count(one => (string?)one!["transactionId"] == $"t{Pages}").ShouldBe(1);
    }

    [Fact]
    public async Task An_endless_list_is_stopped_and_reported()
    {
        await using Shop shop = await OpenOnListAsync(_ => Page([Record("same", "2026-11-21T10:00:00+05:45")], hasNext: true));

        JsonNode close = await RunAsync(shop);

        LeftOut(close).ShouldHaveSingleItem().ShouldContain("nothing new");
    }

    [Fact]
    public async Task More_than_five_thousand_ePayments_are_all_compared()
    {
        const int Links = 5100;
        HashSet<string> asked = [];
        Wire wire = new()
        {
            Instead = request =>
                request.RequestUri!.AbsolutePath.EndsWith("/epayment/lookup/", StringComparison.Ordinal) ? Lookup(request) : null,
        };
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        JsonNode order = await shop.GivenOrderAsync();
        await GivenLinksAsync(shop, order.Id(), Links);

        JsonNode close = await RunAsync(shop);

        ((bool)close["isWhole"]!).ShouldBeTrue();
        asked.Count.ShouldBe(Links);

        HttpResponseMessage Lookup(HttpRequestMessage request)
        {
            JsonNode body = JsonNode.Parse(request.Content!.ReadAsStringAsync().Result)!;
            string pidx = (string)body["pidx"]!;
            lock (asked)
            {
                asked.Add(pidx);
            }

            return Json(new JsonObject { ["pidx"] = pidx, ["status"] = "Initiated", ["total_amount"] = 18500, ["refunded"] = false });
        }
    }

    // Ids of the day: they begin with its time.
    private static Task<int> GivenLinksAsync(Shop shop, string orderId, int count)
    {
        string beginning = TypeId.First(TypeId.Payment, shop.Clock.GetUtcNow())[..14];
        DateTime now = shop.Clock.GetUtcNow().UtcDateTime;
        return shop.SqlAsync($"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
            INSERT INTO "Payments" ("Id", "OrderId", "Method", "Status", "Amount", "Pidx", "CreatedAt", "Checks", "Denials",
                "LastAskUnanswered", "Version", "AmountRefunded", "AmountReserved")
            SELECT {beginning} || substr('0000000000000000', length('' || i) + 1) || i, {orderId}, 'epayment', 'initiated', 18500,
                'pidx' || i, {now}, 0, 0, false, 0, 0, 0 FROM n
            """);
    }

    private static string[] LeftOut(JsonNode close) => Texts(close, "leftOut");

    private static string[] NotLookedBackAt(JsonNode close) => Texts(close, "notLookedBackAt");

    private static string[] Texts(JsonNode close, string member) => [.. close["report"]![member]!.AsArray().Select(text => (string)text!)];

    /// <param name="page">The answer for a page; null for none.</param>
    private static Task<Shop> OpenOnListAsync(Func<int, JsonObject?> page) => Shop.OpenAsync(new Wire
    {
        Instead = request =>
        {
            if (!request.RequestUri!.AbsolutePath.EndsWith("/merchant-transaction/", StringComparison.Ordinal))
            {
                return request.RequestUri.AbsolutePath.Contains("/merchant-transaction/", StringComparison.Ordinal)
                    ? new HttpResponseMessage(HttpStatusCode.NotFound) { Content = new StringContent("{\"detail\":\"Not found.\"}") }
                    : null;
            }

            int number = int.Parse(
                request.RequestUri.Query[(request.RequestUri.Query.IndexOf('=', StringComparison.Ordinal) + 1)..],
                CultureInfo.InvariantCulture);
            return page(number) is { } answer ? Json(answer) : new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        },
    }.LayUnder);

    private static JsonObject Page(JsonNode[] records, bool hasNext = false) =>
        new() { ["records"] = new JsonArray(records), ["next"] = hasNext ? "?page=next" : null };

    private static JsonObject Record(string id, string? createdOn) => new()
    {
        ["idx"] = id,
        ["state"] = new JsonObject { ["name"] = "Completed" },
        ["amount"] = 12300,
        ["refunded"] = false,
        ["created_on"] = createdOn,
    };

    private static HttpResponseMessage Json(JsonObject body) =>
        new(HttpStatusCode.OK) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };

    private static async Task<JsonNode> RunAsync(Shop shop, string day = Day)
    {
        (int status, JsonNode close) = await shop.WithKeyAsync(HttpMethod.Post, "/api/v1/admin/closes", new { day });
        status.ShouldBe(200, close.ToJsonString());
        return close;
    }

    private static Task<(int Status, JsonNode Body)> SignOffAsync(Shop shop, string? note = null, params string[] leftOut) =>
        shop.WithKeyAsync(HttpMethod.Post, $"/api/v1/admin/closes/{Day}/sign-off", new { note, leftOut });
}
