namespace Khalti.Sandbox;

/// <summary>Checks of a wallet payment, shared by the widget and the payment page: mobile and PIN, then the code.</summary>
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

    /// <summary>Null when the PIN is correct. Counts the attempt; too many failed ones lock the payer.</summary>
    internal static Answer? CheckPin(LedgerSession session, string mobile, string pin, DateTimeOffset now)
    {
        Payer payer = session.Payer(mobile);
        if (payer.IsLocked(now))
        {
            return Errors.WrongPin(payer, locked: true);
        }

        Payer attempted = payer.AfterPinAttempt(pin, now);
        if (attempted != payer)
        {
            session.Save(attempted);
        }

        return attempted.PinFailures > 0 ? Errors.WrongPin(attempted, attempted.IsLocked(now)) : null;
    }
}
