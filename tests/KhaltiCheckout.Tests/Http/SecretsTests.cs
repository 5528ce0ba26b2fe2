using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Http;

/// <summary>Promise 10, for everything that can happen to one payment: nothing secret is logged, answered or noted.</summary>
public sealed partial class SecretsTests
{
    private const string Secret = "test_secret_key_22222222222222222222222222222222";
    private const string Phone = "9812345678";
    private const string Email = "sita.rai@example.com";

    private static readonly string[] Scenarios = ["paid", "declined", "lost", "error", "garbage", "unauthorized", "bug"];

    public static TheoryData<string> All => [.. Scenarios];

    [Theory]
    [MemberData(nameof(All))]
    public async Task No_secret_is_logged_answered_or_stored_in_the_timeline(string scenario)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        List<string> answers = [];
        (int _, JsonNode order) = await shop.PostAsync("/api/v1/orders", new
        {
            items = new[] { new { productId = "ilam-tea", quantity = 1 } },
            customer = new { name = "Sita Rai", email = Email, phone = Phone },
        });
        string token = await shop.Sandbox.ConfirmedTokenAsync((long)order["amount"]!, order.Id());
        await ArrangeAsync(shop, scenario);
        string posted = scenario == "declined" ? "JustMadeThisTokenUp222" : token;

        answers.Add(order.ToJsonString());
        answers.Add((await shop.VerifyAsync(order, posted)).Body.ToJsonString());
        answers.Add((await shop.VerifyAsync(order, posted)).Body.ToJsonString());
        answers.Add((await shop.VerifyAsync(order, posted, amount: 1)).Body.ToJsonString());
        answers.Add((await shop.AskAsync($"/api/v1/orders/{order.Id()}")).Text);
        await shop.Sandbox.MendAsync();
        if (scenario != "bug")
        {
            await shop.PassAfterAsync(TimeSpan.FromSeconds(6));
        }

        answers.Add((await shop.AskAsync("/health/ready")).Text);
        answers.Add((await shop.AskAsync("/api/v1/config")).Text);
        string[] notes = await shop.InDatabaseAsync(db => db.Timeline.Select(entry => entry.Note + " " + entry.Facts).ToArrayAsync());
        string[] texts = [.. shop.Log.Lines, .. answers, .. notes];
        shop.Log.Lines.Count().ShouldBeGreaterThan(10);
        foreach (string text in texts)
        {
            foreach (string secret in (string[])[token, posted, Secret, Phone, Email, "9800000001", "987654"])
            {
                text.ShouldNotContain(secret);
            }

            Pin().IsMatch(text).ShouldBeFalse(text);
        }
    }

    [Fact]
    public async Task A_name_with_line_breaks_is_not_logged()
    {
        await using Shop shop = await Shop.OpenAsync();

        await shop.PostAsync("/api/v1/orders", new
        {
            items = new[] { new { productId = "ilam-tea", quantity = 1 } },
            customer = new { name = "Sita\r\nERR forged \u001b[31m" },
        });
        await shop.PostAsync("/api/v1/orders", new
        {
            items = new[] { new { productId = "ilam-tea", quantity = 1 } },
            customer = new { name = "Sita {forged} {0}" },
        });

        shop.Log.Lines.ShouldAllBe(line => !line.Contains("forged"));
    }

    private static async Task ArrangeAsync(Shop shop, string scenario)
    {
        switch (scenario)
        {
            case "lost":
                await shop.Sandbox.FaultAsync("verify", "drop_after");
                break;
            case "error":
                await shop.Sandbox.FaultAsync("*", "error", status: 500);
                break;
            case "garbage":
                await shop.Sandbox.FaultAsync("verify", "garbage");
                break;
            case "unauthorized":
                await shop.Sandbox.FaultAsync("*", "error", status: 401);
                break;
            case "bug":
                await shop.InDatabaseAsync(db => db.Database.ExecuteSqlRawAsync(TestDatabase.IsPostgreSql
                    ? """
                      CREATE FUNCTION bug() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''bug''; END';
                      CREATE TRIGGER bug BEFORE INSERT ON "Payments" FOR EACH ROW EXECUTE FUNCTION bug();
                      """
                    : "CREATE TRIGGER bug BEFORE INSERT ON Payments BEGIN SELECT RAISE(ABORT, 'bug'); END;"));
                break;
        }
    }

    [GeneratedRegex(@"\b1111\b", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pin();
}
