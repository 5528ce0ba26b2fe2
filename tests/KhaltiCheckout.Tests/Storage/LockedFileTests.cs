using System.Diagnostics;
using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Storage;

/// <summary>Another program keeps the SQLite file locked, as a copy tool or a database browser does.</summary>
[Trait("Database", "Sqlite")]
public sealed class LockedFileTests
{
    [Fact]
    public async Task A_write_to_a_locked_file_is_503_before_the_clients_timeout()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        object body = new { items = new[] { new { productId = "ilam-tea", quantity = 1 } } };
        Answer[] refused;
        TimeSpan waited;
        using (shop.Database.BlockWriters("Orders"))
        {
            long began = Stopwatch.GetTimestamp();
            refused = await Task.WhenAll(
                shop.SendAsync(HttpMethod.Post, "/api/v1/orders", body),
                shop.SendAsync(
                    HttpMethod.Post, "/api/v1/payments/verify", new { orderId = order.Id(), token, amount = (long)order["amount"]! }),
                shop.SendAsync(HttpMethod.Post, $"/api/v1/orders/{order.Id()}/cancel"));
            waited = Stopwatch.GetElapsedTime(began);
            (await shop.GetAsync($"/api/v1/orders/{order.Id()}")).Status.ShouldBe(200, "readers are not in the way of a writer");
        }

        foreach (Answer answer in refused)
        {
            (answer.Status, (string?)answer.Json["code"]).ShouldBe((503, "busy"), answer.Text);
            answer.Headers.ShouldContainKey("Retry-After");
        }

        // The shop's pages give up after 15 seconds.
        waited.ShouldBeLessThan(TimeSpan.FromSeconds(12));
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(0);
        (await shop.VerifyAsync(order, token)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Khaltis_answer_is_saved_after_a_lock_of_seven_seconds()
    {
        Wire wire = new();
        await using Shop shop = await Shop.OpenAsync(wire.LayUnder);
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        Stop stop = wire.StopNextVerify(onTheWayBack: true);
        Task<(int Status, JsonNode Body)> paying = shop.VerifyAsync(order, token);
        await stop.Reached;
        using (shop.Database.BlockWriters("Orders"))
        {
            stop.LetGo();

            // The lock's length is what this is about, and SQLite waits by the real clock.
            await Task.WhenAny(paying, Task.Delay(TimeSpan.FromSeconds(7), TestContext.Current.CancellationToken));
            paying.IsCompleted.ShouldBeFalse();
        }

        (await paying).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_start_on_a_locked_file_reports_the_lock()
    {
        string folder = Directory.CreateTempSubdirectory("checkout-locked-").FullName;
        try
        {
            using TestDatabase database = TestDatabase.WithTablesIn(folder);
            using IDisposable locked = database.BlockWriters("Orders");

            string sentence = await Starting.RefusalAsync("Development", ("Database:ConnectionString", database.ConnectionString));

            sentence.ShouldContain("another program keeps locked");
            sentence.ShouldNotContain("folder");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
