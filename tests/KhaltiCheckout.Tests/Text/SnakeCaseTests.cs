using KhaltiCheckout.DailyReconciliation;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Tests.Text;

public sealed class SnakeCaseTests
{
    [Fact]
    public void The_words_are_those_of_the_contract()
    {
        Words<OrderStatus>().ShouldBe(["pending", "paid", "partially_refunded", "refunded", "cancelled", "expired"], ignoreOrder: true);
        Words<PaymentStatus>().ShouldBe(
            ["initiated", "verifying", "completed", "failed", "cancelled", "expired", "needs_review", "partially_refunded", "refunded"],
            ignoreOrder: true);
        Words<AttentionReason>().ShouldBe(
            [
                "double_payment", "amount_conflict", "unmatched_transaction", "refunded_at_khalti", "unknown_state", "books_differ", "unreadable", "stuck",
                "paid_late",
            ],
            "most urgent first");
        Words<PaymentMethod>().ShouldBe(["widget", "epayment"], ignoreOrder: true);
    }

    [Fact]
    public void Every_word_is_read_back_as_what_it_was_written_from()
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
    public void A_word_that_is_none_of_ours_is_not_read_as_something_near_it(string word) =>
        Should.Throw<KeyNotFoundException>(() => SnakeCase.Read<OrderStatus>(word));

    private static IEnumerable<string> Words<TEnum>()
        where TEnum : struct, Enum => Enum.GetValues<TEnum>().Select(SnakeCase.Of);
}
