namespace Khalti.Sandbox;

/// <summary>Paying from the wallet, the same in the widget and on the payment page: mobile and PIN, then the code.</summary>
internal static class Wallet
{
    internal static void CheckPayer(FieldRules rules, string mobile, string pin)
    {
        if (!Payer.MobileNumber.IsMatch(mobile))
        {
            rules.Refuse("mobile", "Enter a valid mobile number.");
        }

        if (pin.Length != Payer.Pin.Length || !pin.All(char.IsAsciiDigit))
        {
            rules.Refuse("transaction_pin", "Khalti PIN must be 4 digits long.");
        }
    }

    internal static void CheckCode(FieldRules rules, string code)
    {
        if (code.Length != Payer.Otp.Length || !code.All(char.IsAsciiDigit))
        {
            rules.Refuse("confirmation_code", "Confirmation code must be 6 digits long.");
        }
    }

    /// <summary>Null when the PIN is right. Tries are counted, right or wrong, and too many lock the payer.</summary>
    internal static Answer? TryPin(Book book, string mobile, string pin, DateTimeOffset now)
    {
        Payer payer = book.Payer(mobile);
        if (payer.IsLocked(now))
        {
            return Errors.WrongPin(payer, locked: true);
        }

        Payer tried = payer.Try(pin, now);
        if (tried != payer)
        {
            book.Save(tried);
        }

        return tried.PinFailures > 0 ? Errors.WrongPin(tried, tried.IsLocked(now)) : null;
    }
}
