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

        if (pin.Length != Payer.PinLength || !pin.All(char.IsAsciiDigit))
        {
            rules.Refuse("transaction_pin", "Khalti PIN must be 4 digits long.");
        }
    }

    internal static void CheckCode(FieldRules rules, string code)
    {
        if (code.Length != Payer.OtpLength || !code.All(char.IsAsciiDigit))
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

        Payer attempted = payer.AfterPinAttempt(session.Payers.Find(mobile)?.Pin == pin, now);
        if (attempted != payer)
        {
            session.Save(attempted);
        }

        return attempted.PinFailures > 0 ? Errors.WrongPin(attempted, attempted.IsLocked(now)) : null;
    }
    /// <summary>Whether PIN and code are those of the payer.</summary>
    internal static bool IsConfirmed(LedgerSession session, string mobile, string pin, string code)
    {
        PayerAccount payer = session.Payers.Of(mobile);
        return pin == payer.Pin && code == payer.Otp;
    }

    /// <summary>Null when the payer's balance covers the amount. Only payers of a seed file have a balance.</summary>
    internal static Answer? CheckBalance(LedgerSession session, string mobile, long amount) =>
        session.Payers.Of(mobile).Balance is { } balance && balance - session.SpentFromWallet(mobile) < amount
            ? Errors.Validation(400, "Insufficient balance.")
            : null;
}
