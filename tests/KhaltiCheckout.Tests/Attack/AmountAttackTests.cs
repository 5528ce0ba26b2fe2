using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Attack;

/// <summary>Amounts, prices and statuses that the client would like to choose.</summary>
public sealed class AmountAttackTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(185)]
    [InlineData(1000)]
    [InlineData(18_499)]
    [InlineData(18_501)]
    [InlineData(1_850_000)]
    [InlineData(long.MaxValue)]
    public async Task An_amount_other_than_the_orders_is_refused_before_Khalti_is_called(long amount)
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string token) = await shop.ConfirmedAsync();

        Answered answer = await shop.VerifyAsync(order, token, amount);

        (answer.Status, answer.Code).ShouldBe((422, "amount_mismatch"));
        answer.Text.ShouldNotContain("18500");
        await shop.NothingMovedAsync(order, token);
    }

    [Theory]
    [InlineData("-18500")]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("18500.5")]
    [InlineData("18500.0")]
    [InlineData("1.85e4")]
    [InlineData("18500e0")]
    [InlineData("\"18500\"")]
    [InlineData("9223372036854775808")]
    [InlineData("36893488147419121732")]
    [InlineData("1e400")]
    [InlineData("0x4844")]
    [InlineData("018500")]
    [InlineData("+18500")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[18500]")]
    [InlineData("{\"paisa\":18500}")]
    public async Task An_amount_other_than_whole_paisa_is_refused_before_Khalti_is_called(string amount)
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string token) = await shop.ConfirmedAsync();

        Answered answer = await shop.PostTextAsync(
            "/api/v1/payments/verify", $$"""{"orderId":"{{order.Id()}}","token":"{{token}}","amount":{{amount}}}""");

        (answer.Status, answer.Code).ShouldBe((400, "validation_failed"));
        await shop.NothingMovedAsync(order, token);
    }

    [Theory]
    [InlineData("\"amount\":1000,\"amount\":18500")]
    [InlineData("\"amount\":18500,\"amount\":1000")]
    [InlineData("\"amount\":18500,\"amount\":18500")]
    [InlineData("\"amount\":18500,\"Amount\":1000")]
    [InlineData("\"AMOUNT\":18500")]
    [InlineData("\"amount\":18500,\"\\u0061mount\":1000")]
    [InlineData("\"amount\":18500,\"status\":\"paid\"")]
    [InlineData("\"amount\":18500,\"state\":{\"name\":\"Completed\"}")]
    [InlineData("\"amount\":18500,\"__proto__\":{\"paid\":true}")]
    [InlineData("\"amount\":18500,\"orderId\":\"ord_01k9x4c7qmf3t8v5z2w6y1n0ah\"")]
    [InlineData("\"total\":18500")]
    public async Task A_request_with_duplicate_members_is_refused(string members)
    {
        await using Target shop = await Target.OpenAsync();
        (JsonNode order, string token) = await shop.ConfirmedAsync();

        Answered answer =
            await shop.PostTextAsync("/api/v1/payments/verify", $$"""{"orderId":"{{order.Id()}}","token":"{{token}}",{{members}}}""");

        (answer.Status, answer.Code).ShouldBe((400, "validation_failed"));
        await shop.NothingMovedAsync(order, token);
    }

    [Theory]
    [InlineData("""{"items":[{"productId":"ilam-tea","quantity":1,"price":1}]}""")]
    [InlineData("""{"items":[{"productId":"ilam-tea","quantity":1,"unitPrice":1000}]}""")]
    [InlineData("""{"items":[{"productId":"ilam-tea","quantity":1,"amount":1000}]}""")]
    [InlineData("""{"items":[{"productId":"ilam-tea","quantity":1}],"amount":1000}""")]
    [InlineData("""{"items":[{"productId":"ilam-tea","quantity":1}],"status":"paid"}""")]
    [InlineData("""{"items":[{"productId":"ilam-tea","quantity":1}],"paidAt":"2026-01-01T00:00:00Z"}""")]
    [InlineData("""{"items":[{"productId":"ilam-tea","quantity":1}],"discount":100,"currency":"IDR"}""")]
    [InlineData("""{"items":[{"productId":"ilam-tea","quantity":1}],"id":"ord_01k9x4c7qmf3t8v5z2w6y1n0ah"}""")]
    [InlineData("""{"items":[{"productId":"ilam-tea","quantity":1}],"payments":[{"status":"completed"}]}""")]
    [InlineData("""{"lines":[{"name":"Ilam tea","unitPrice":1000,"quantity":1}]}""")]
    [InlineData("""{"items":[{"productId":"ilam-tea","quantity":1}],"items":[{"productId":"timur-pepper","quantity":1}]}""")]
    public async Task Prices_totals_and_statuses_sent_by_a_client_are_refused(string body)
    {
        await using Target shop = await Target.OpenAsync();

        Answered answer = await shop.PostTextAsync("/api/v1/orders", body);

        answer.Status.ShouldBeOneOf(400, 401);
        answer.Code.ShouldBeOneOf("validation_failed", "unauthorized");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("1e2")]
    [InlineData("\"1\"")]
    [InlineData("1001")]
    [InlineData("2147483648")]
    [InlineData("-9223372036854775808")]
    [InlineData("null")]
    public async Task A_quantity_out_of_range_is_refused(string quantity)
    {
        await using Target shop = await Target.OpenAsync();

        Answered answer = await shop.PostTextAsync("/api/v1/orders", $$"""{"items":[{"productId":"ilam-tea","quantity":{{quantity}}}]}""");

        (answer.Status, answer.Code).ShouldBe((400, "validation_failed"));
    }

    [Fact]
    public async Task The_largest_possible_order_total_does_not_overflow()
    {
        await using Target shop = await Target.OpenAsync();

        Answered answer = await shop.PostAsync(
            "/api/v1/orders", new { items = Enumerable.Repeat(new { productId = "pashmina-shawl", quantity = 1000 }, 50).ToArray() });

        answer.Status.ShouldBeOneOf(201, 422);
        if (answer.Status == 201)
        {
            ((long)answer.Json["amount"]!).ShouldBe(450_000L * 1000 * 50);
        }
    }
}
