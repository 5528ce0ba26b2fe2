namespace Khalti.Client.Tests;

public class TransactionStatesTests
{
    [Theory]
    [InlineData("Initiated", TransactionState.Initiated)]
    [InlineData("Confirmed", TransactionState.Confirmed)]
    [InlineData("Completed", TransactionState.Completed)]
    [InlineData("Complete", TransactionState.Completed)]
    [InlineData("Disabled", TransactionState.Disabled)]
    [InlineData("Refunded", TransactionState.Refunded)]
    [InlineData("Partially refunded", TransactionState.PartiallyRefunded)]
    [InlineData("Partially Refunded", TransactionState.PartiallyRefunded)]
    [InlineData("Failed", TransactionState.Failed)]
    [InlineData("Error", TransactionState.NotFound)]
    [InlineData("completed", TransactionState.Completed)]
    [InlineData(" COMPLETED\t", TransactionState.Completed)]
    public void Every_documented_spelling_is_read(string name, TransactionState state) =>
        TransactionStates.Parse(name).ShouldBe(state);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("Unrecognized")]
    [InlineData("NotFound")]
    [InlineData("Pending")]
    [InlineData("Expired")]
    [InlineData("User canceled")]
    [InlineData("Not completed")]
    [InlineData("Completed.")]
    [InlineData("Incomplete")]
    [InlineData("3")]
    [InlineData("Ini\u0442iated")]
    [InlineData("D\u0131sabled")]
    [InlineData("Di\u017fabled")]
    public void Any_other_name_is_not_recognized(string? name) =>
        TransactionStates.Parse(name).ShouldBe(TransactionState.Unrecognized);
}
