using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Tests.Text;

public sealed class SnakeCaseTests
{
    [Fact]
    public void Snake_case_names_are_those_of_the_contract()
    {
        Words<OrderStatus>().ShouldBe(["pending", "paid", "partially_refunded", "refunded", "cancelled", "expired"], ignoreOrder: true);
        Words<PaymentStatus>().ShouldBe(
            ["initiated", "verifying", "completed", "failed", "cancelled", "expired", "needs_review", "partially_refunded", "refunded"],
            ignoreOrder: true);
        Words<AttentionReason>().ShouldBe(
            [
                "double_payment", "amount_conflict", "unmatched_transaction", "refunded_at_khalti", "unknown_state", "books_differ",
                "unreadable", "stuck",
                "paid_late",
            ],
            "most urgent first");
        Words<PaymentMethod>().ShouldBe(["widget", "epayment"], ignoreOrder: true);
    }

    [Fact]
    public void Every_snake_case_name_is_parsed_back()
    {
        foreach (PaymentStatus status in Enum.GetValues<PaymentStatus>())
        {
            SnakeCase.Read<PaymentStatus>(SnakeCase.Of(status)).ShouldBe(status);
        }
    }

    [Theory]
    [InlineData("Paid")]
    [InlineData("PARTIALLY_REFUNDED")]
    [InlineData("")]
    [InlineData("1")]
    public void An_unknown_snake_case_name_is_not_parsed(string word) =>
        Should.Throw<KeyNotFoundException>(() => SnakeCase.Read<OrderStatus>(word));

    private static IEnumerable<string> Words<TEnum>()
        where TEnum : struct, Enum => Enum.GetValues<TEnum>().Select(SnakeCase.Of);
}
