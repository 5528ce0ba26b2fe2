using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Http;

/// <summary>The rows of the contract's error table that a shopper's browser can meet, each as a whole problem document.</summary>
public sealed class ErrorTableTests
{
    [Fact]
    public async Task A_payment_that_Khalti_refuses_is_declined()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();

        (await VerifyAsync(shop, order, "JustMadeThisTokenUp222")).ShouldBeProblem(402, "payment_declined");
    }

    [Fact]
    public async Task Unknown_resources_are_not_found()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        order["id"] = "ord_01k9x4c7qmf3t8v5z2w6y1n0ah";

        (await VerifyAsync(shop, order, "any")).ShouldBeProblem(404, "not_found");
        (await shop.AskAsync("/api/v1/orders/" + order.Id())).ShouldBeProblem(404, "not_found");
        (await PostAsync(shop, "/api/v1/orders", """{"items":[{"productId":"yeti","quantity":1}]}""")).ShouldBeProblem(404, "not_found");
    }

    [Fact]
    public async Task A_token_of_another_order_is_refused_without_naming_that_order()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode paid, string token) = await shop.GivenPaidAsync();
        JsonNode other = await shop.GivenOrderAsync();

        Answer answer = await VerifyAsync(shop, other, token);

        answer.ShouldBeProblem(409, "token_already_used");
        answer.Text.ShouldNotContain(paid.Id());
        answer.Text.ShouldNotContain(token);
    }

    [Fact]
    public async Task A_paid_order_refuses_payment_and_cancellation()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode paid, string _) = await shop.GivenPaidAsync();

        (await VerifyAsync(shop, paid, "another-token")).ShouldBeProblem(409, "order_not_payable");
        (await CancelAsync(shop, paid)).ShouldBeProblem(409, "not_cancellable");
    }

    [Fact]
    public async Task While_a_payment_is_open_another_is_refused()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        (JsonNode order, string token) = await shop.GivenConfirmedAsync();
        await shop.Sandbox.FaultAsync("verify", "drop_after");
        (await VerifyAsync(shop, order, token)).Status.ShouldBe(202);

        Answer answer = await VerifyAsync(shop, order, "another-token");

        ((string)answer.ShouldBeProblem(409, "payment_in_progress")["detail"]!).ShouldContain("Do not pay again");
        (await CancelAsync(shop, order)).ShouldBeProblem(409, "not_cancellable");
    }

    [Fact]
    public async Task An_amount_mismatch_reveals_neither_amount()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();

        Answer answer = await VerifyAsync(shop, order, "any", amount: 1000);

        answer.ShouldBeProblem(422, "amount_mismatch");
        (await shop.Sandbox.CountAsync("verify")).ShouldBe(0);
    }

    [Fact]
    public async Task A_refusal_is_the_same_for_a_client_that_accepts_HTML()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();

        Answer answer = await shop.AskAsync(HttpMethod.Post, "/api/v1/payments/verify",
            Json($$"""{"orderId":"{{order.Id()}}","token":"any","amount":1}"""), accept: "text/html");

        answer.ShouldBeProblem(422, "amount_mismatch");
    }

    [Fact]
    public async Task An_internal_error_reveals_only_its_trace_id()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        JsonNode order = await shop.GivenOrderAsync();
        await shop.InDatabaseAsync(async db =>
        {
            System.Data.Common.DbConnection connection =
                Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.GetDbConnection(db.Database);
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using System.Data.Common.DbCommand command = connection.CreateCommand();
            command.CommandText = """UPDATE "Orders" SET "Status" = 'eaten';""";
            return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        });

        Answer answer = await shop.AskAsync("/api/v1/orders/" + order.Id());

        ((string)answer.ShouldBeProblem(500, "internal_error")["detail"]!).ShouldContain("do not pay again");
        answer.Text.ShouldNotContain("eaten");
    }

    private static Task<Answer> VerifyAsync(Shop shop, JsonNode order, string token, long? amount = null) =>
        PostAsync(
            shop, "/api/v1/payments/verify",
            $$"""{"orderId":"{{order.Id()}}","token":"{{token}}","amount":{{amount ?? (long)order["amount"]!}}}""");

    private static Task<Answer> CancelAsync(Shop shop, JsonNode order) =>
        shop.AskAsync(HttpMethod.Post, $"/api/v1/orders/{order.Id()}/cancel");

    private static Task<Answer> PostAsync(Shop shop, string path, string body) => shop.AskAsync(HttpMethod.Post, path, Json(body));

    private static StringContent Json(string body) => new(body, System.Text.Encoding.UTF8, "application/json");
}
