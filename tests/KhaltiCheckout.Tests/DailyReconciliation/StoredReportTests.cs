using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.DailyReconciliation;

/// <summary>A day that was signed off stays readable, whichever version of the program wrote it.</summary>
public sealed class StoredReportTests
{
    // As the first version wrote it, but for line breaks.
    private const string FirstVersion = """
        {"here":{"payments":2,"amount":37000,"fees":1110},"atKhalti":{"payments":2,"amount":37000,"fees":1110},
        "lookedBackTo":"2026-10-22","openPayments":1,"openRefunds":0,"leftOut":[],
        "notLookedBackAt":["Khalti did not answer about payment pay_1."],
        "differences":[{"kind":"fee","orderId":"ord_1","paymentId":"pay_2","transactionId":"abc",
        "here":"completed","atKhalti":"Completed","amountHere":555,"amountAtKhalti":556,"action":"look_at_khalti"}]}
        """;

    private const string LaterVersion = """
        {"here":{"payments":2,"amount":37000,"fees":1110,"tips":5},"atKhalti":{"payments":2,"amount":37000,"fees":1110},
        "lookedBackTo":"2026-10-22","openPayments":0,"openRefunds":0,"leftOut":[],"notLookedBackAt":[],
        "differences":[{"kind":"fee","orderId":null,"paymentId":"pay_2","transactionId":"abc",
        "here":"completed","atKhalti":"Completed","amountHere":555,"amountAtKhalti":556,
        "action":"look_at_khalti","since":"2026-11-20"}],"payouts":[{"id":"p1"}]}
        """;

    private const string WithoutLists = """{"here":{"payments":2,"amount":37000,"fees":1110},"lookedBackTo":"2026-10-22"}""";

    [Theory]
    [InlineData(FirstVersion, 1, 1)]
    [InlineData(LaterVersion, 2, 1)]
    [InlineData(WithoutLists, 1, 0)]
    public async Task A_report_of_another_version_is_read(string stored, int version, int differences)
    {
        await using Shop shop = await Shop.OpenAsync();
        await shop.SqlAsync($"""
            INSERT INTO "DayCloses" ("Day", "RunAt", "RunBy", "Found", "FoundVersion", "SignedOffAt", "SignedOffBy", "Version")
            VALUES ({new DateOnly(2026, 11, 21)}, {new DateTime(2026, 11, 22, 1, 0, 0, DateTimeKind.Utc)}, 'till', {stored}, {version},
                {new DateTime(2026, 11, 22, 2, 0, 0, DateTimeKind.Utc)}, 'till', 3)
            """);

        (int status, JsonNode close) = await shop.WithKeyAsync(HttpMethod.Get, "/api/v1/admin/closes/2026-11-21");
        (int listed, JsonNode list) = await shop.WithKeyAsync(HttpMethod.Get, "/api/v1/admin/closes");

        (status, listed).ShouldBe((200, 200), close.ToJsonString());
        list["data"]!.AsArray().Count.ShouldBe(1);
        ((bool)close["isSignedOff"]!).ShouldBeTrue();
        ((long)close["report"]!["here"]!["amount"]!).ShouldBe(37000);
        close["report"]!["differences"]!.AsArray().Count.ShouldBe(differences);
        close["report"]!["leftOut"]!.AsArray().ShouldBeEmpty();
    }
}
