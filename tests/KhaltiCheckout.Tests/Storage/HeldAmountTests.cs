using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace KhaltiCheckout.Tests.Storage;

/// <summary>Databases of the first versions, brought to this one.</summary>
[Trait("Database", "Sqlite")]
public sealed class HeldAmountTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("checkout-held-").FullName;

    private string ConnectionString => $"Data Source={_folder}/checkout.db;Pooling=False";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("Khalti said Completed, 18400 paisa; the order costs 18500", 18400L)]
    [InlineData("Khalti said Completed, 18400 paisa; transaction x belongs to another payment", 18400L)]
    [InlineData("Khalti said Refunded, 18400 paisa; the money was given back before we knew of it", 18400L)]
    [InlineData("Khalti said Odd, 18400 paisa; no rule knows this state", null)]
    [InlineData("Khalti's status said Refunded", null)]
    [InlineData("Khalti said Completed, no amount; it named no transaction", null)]
    public async Task A_payment_in_review_of_the_first_schema_gets_its_amount(string note, long? amount)
    {
        await GivenFirstSchemaAsync("ord_1", "pay_1", "a-transaction", note);

        await using Shop shop = await Shop.OpenAsync(("Database:Provider", "Sqlite"), ("Database:ConnectionString", ConnectionString));
        Payment held = await shop.InDatabaseAsync(db => db.Payments.AsNoTracking().SingleAsync());

        ((long?)held.AmountPaid, held.Status, held.CompletedOn).ShouldBe(
            (amount, PaymentStatus.NeedsReview, amount is null ? null : new DateOnly(2026, 11, 21)));
    }

    [Fact]
    public async Task A_payment_in_review_of_the_first_schema_can_be_refunded()
    {
        string orderId = TypeId.New(TypeId.Order, new DateTimeOffset(2026, 11, 20, 19, 0, 0, TimeSpan.Zero));
        string paymentId = TypeId.New(TypeId.Payment, new DateTimeOffset(2026, 11, 20, 19, 0, 0, TimeSpan.Zero));
        await GivenFirstSchemaAsync(orderId, paymentId, "not known yet", "Khalti said Completed, 18400 paisa; the order costs 18500");
        await using Shop shop = await Shop.OpenAsync(("Database:Provider", "Sqlite"), ("Database:ConnectionString", ConnectionString));
        string token = await shop.Sandbox.ConfirmedTokenAsync(18400, orderId);
        string transactionId = await VerifyAtKhaltiAsync(shop, token, 18400);
        await shop.SqlAsync($"""UPDATE "Payments" SET "TransactionId" = {transactionId}""");

        (int status, JsonNode refund) =
            await shop.WithKeyAsync(HttpMethod.Post, $"/api/v1/admin/orders/{orderId}/refunds", new { paymentId });

        status.ShouldBe(201, refund.ToJsonString());
        ((long)refund["amount"]!).ShouldBe(18400);
    }

    [Fact]
    public async Task A_failed_migration_is_reported_as_such()
    {
        await GivenFirstSchemaAsync("ord_1", "pay_1", "a-transaction", "a note");
        await RunAsync("""ALTER TABLE "Payments" RENAME TO "Elsewhere";""");

        string sentence = await Starting.RefusalAsync("Development", ("Database:ConnectionString", ConnectionString));

        sentence.ShouldContain("can't be changed to this version's");
        sentence.ShouldContain("restore the backup");
        sentence.ShouldNotContain("folder");
    }

    // As the program wrote it before there were refunds.
    private async Task GivenFirstSchemaAsync(string orderId, string paymentId, string transactionId, string note)
    {
        DbContextOptions<CheckoutDb> options = new DbContextOptionsBuilder<CheckoutDb>().UseSqlite(ConnectionString).Options;
        await using (CheckoutDb db = new(options, new SqliteDatabase(ConnectionString, new OrderChanges())))
        {
            await db.GetService<IMigrator>().MigrateAsync("PaymentLinks", TestContext.Current.CancellationToken);
        }

        await RunAsync($"""
            INSERT INTO "Orders" ("Id", "Status", "Attention", "Amount", "AmountRefunded", "CreatedAt", "ExpiresAt", "MismatchesKept",
                "Version")
            VALUES ('{orderId}', 'expired', 'amount_conflict', 18500, 0, '2026-11-20 19:00:00', '2026-11-20 20:00:00', 0, 5);
            INSERT INTO "Payments" ("Id", "OrderId", "Method", "Status", "KhaltiState", "Amount", "Fee", "Token", "TransactionId",
                "CreatedAt", "Checks", "Denials", "LastAskUnanswered", "Version")
            VALUES ('{paymentId}', '{orderId}', 'widget', 'needs_review', 'Completed', 18500, 552, 'a-token', '{transactionId}',
                '2026-11-20 19:00:00', 0, 0, 0, 2);
            INSERT INTO "Timeline" ("OrderId", "PaymentId", "At", "What", "By", "Note") VALUES ('{orderId}', NULL, '2026-11-20 19:00:00',
                'order_placed', 'shopper', NULL);
            INSERT INTO "Timeline" ("OrderId", "PaymentId", "At", "What", "By", "Note")
            VALUES ('{orderId}', '{paymentId}', '2026-11-20 19:30:00', 'payment_held', 'khalti',
                '{note.Replace("'", "''", StringComparison.Ordinal)}');
            """);
    }

    private async Task RunAsync(string sql)
    {
        await using SqliteConnection connection = new(ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Of this test.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<string> VerifyAtKhaltiAsync(Shop shop, string token, long amount)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(shop.Sandbox.Address, "/api/v2/payment/verify/"))
        {
            Content = JsonContent.Create(new { token, amount }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Key", KhaltiDefaults.SandboxSecretKey);
        using HttpResponseMessage response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return (string)(await response.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!["idx"]!;
    }
}
