namespace Khalti.Client.Tests;

public class EPaymentStatusesTests
{
    [Theory]
    [InlineData("Completed", EPaymentStatus.Completed)]
    [InlineData("Pending", EPaymentStatus.Pending)]
    [InlineData("Initiated", EPaymentStatus.Initiated)]
    [InlineData("Refunded", EPaymentStatus.Refunded)]
    [InlineData("Partially Refunded", EPaymentStatus.PartiallyRefunded)]
    [InlineData("Partially refunded", EPaymentStatus.PartiallyRefunded)]
    [InlineData("Expired", EPaymentStatus.Expired)]
    [InlineData("User canceled", EPaymentStatus.UserCanceled)]
    [InlineData("Canceled", EPaymentStatus.UserCanceled)]
    [InlineData("Failed", EPaymentStatus.Failed)]
    [InlineData("completed", EPaymentStatus.Completed)]
    [InlineData(" COMPLETED\t", EPaymentStatus.Completed)]
    [InlineData("USER CANCELED", EPaymentStatus.UserCanceled)]
    public void Every_documented_spelling_is_read(string name, EPaymentStatus status) => EPaymentStatuses.Parse(name).ShouldBe(status);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("Complete")]
    [InlineData("Completed.")]
    [InlineData("Not completed")]
    [InlineData("Incomplete")]
    [InlineData("cancelled")]
    [InlineData("User cancelled")]
    [InlineData("User  canceled")]
    [InlineData("UserCanceled")]
    [InlineData("PartiallyRefunded")]
    [InlineData("Confirmed")]
    [InlineData("Error")]
    [InlineData("Unrecognized")]
    [InlineData("3")]
    [InlineData("Ini\u0442iated")]
    [InlineData("Ex\u0440ired")]
    [InlineData("Fa\u0131led")]
    [InlineData("Expired\u0000")]
    [InlineData("U\u017fer canceled")]
    public void Any_other_name_is_not_recognized(string? name) => EPaymentStatuses.Parse(name).ShouldBe(EPaymentStatus.Unrecognized);
}
