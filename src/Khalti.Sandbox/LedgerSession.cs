using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace Khalti.Sandbox;

/// <summary>The ledger's queries and writes within the transaction of one call.</summary>
internal sealed class LedgerSession(SqliteConnection connection, SqliteTransaction transaction, Merchants merchants, Payers payers)
{
    private const string Columns = """
        idx, token, pidx, flow, merchant, mode, state, amount, fee, fee_idx, refunded_amount, mobile,
        product_identity, product_name, product_url, purchase_order_id, extras, otp_failures, created_on,
        return_url, expires_at, paid_with, order_details
        """;

    internal Merchants Merchants => merchants;

    internal Payers Payers => payers;

    internal Records Records(SandboxBehaviour behaviour) => new(merchants, payers, behaviour);

    internal Transaction? ByIdx(string idx) =>
        Query($"SELECT {Columns} FROM payment WHERE idx = $a", idx).FirstOrDefault();

    internal Transaction? ByToken(string token) =>
        Query($"SELECT {Columns} FROM payment WHERE token = $a", token).FirstOrDefault();

    /// <summary>The link in its state at <paramref name="now"/>; an expiry that is found is saved.</summary>
    internal Transaction? ByPidx(string pidx, DateTimeOffset now)
    {
        Transaction? found = Query($"SELECT {Columns} FROM payment WHERE pidx = $a", pidx).FirstOrDefault();
        Transaction? current = found?.AsOf(now);
        if (current is not null && current != found)
        {
            Save(current); // An expired link stays expired, even if the sandbox's clock is set back.
        }

        return current;
    }

    internal List<Transaction> Newest(int limit) =>
        Query($"SELECT {Columns} FROM payment ORDER BY sequence DESC LIMIT $a", limit);

    /// <summary>The merchant's transactions in the widget product; Khalti has no list of ePayment links.</summary>
    /// <param name="until">Only those that were begun by then.</param>
    internal List<Transaction> Page(Account account, DateTimeOffset until, long skip, int take) => Query(
        $"SELECT {Columns} FROM payment WHERE merchant = $a AND mode = $b AND flow = 'Widget' AND created_on <= $c "
            + "ORDER BY sequence DESC LIMIT $d OFFSET $e",
        account.Merchant.Idx, account.WidgetMode?.ToString(), Instant(until), take, skip);

    internal long Count(Account account, DateTimeOffset until)
    {
        using SqliteCommand command = Command(
            "SELECT COUNT(*) FROM payment WHERE merchant = $a AND mode = $b AND flow = 'Widget' AND created_on <= $c",
            account.Merchant.Idx, account.WidgetMode?.ToString(), Instant(until));
        return (long)command.ExecuteScalar()!;
    }

    internal void Add(Transaction one) => Execute($"""
        INSERT INTO payment ({Columns}) VALUES ($a, $b, $c, $d, $e, $f, $g, $h, $i, $j, $k, $l, $m, $n, $o, $p, $q, $r, $s, $t, $u, $v, $w)
        """,
        one.Idx, one.Token, one.Pidx, one.Flow.ToString(), one.MerchantIdx, one.Mode.ToString(), one.State, one.Amount,
        one.Fee, one.FeeIdx, one.RefundedAmount, one.Mobile, one.ProductIdentity, one.ProductName, one.ProductUrl,
        one.PurchaseOrderId, one.Extras.ToJsonString(), one.OtpFailures, Instant(one.CreatedOn),
        one.ReturnUrl, one.ExpiresAt is { } until ? Instant(until) : null, one.PaidWith, one.Order.ToJsonString());

    /// <summary>Saves the columns of a transaction that can change.</summary>
    internal void Save(Transaction one) => Execute("""
        UPDATE payment SET state = $a, fee = $b, fee_idx = $c, refunded_amount = $d, otp_failures = $e, mobile = $f, paid_with = $g
        WHERE idx = $h
        """,
        one.State, one.Fee, one.FeeIdx, one.RefundedAmount, one.OtpFailures, one.Mobile, one.PaidWith, one.Idx);

    internal void Add(Refund one) => Execute(
        "INSERT INTO refund (idx, payment, amount, mobile, created_on) VALUES ($a, $b, $c, $d, $e)",
        one.Idx, one.PaymentIdx, one.Amount, one.Mobile, Instant(one.CreatedOn));

    internal List<Refund> Refunds(string paymentIdx)
    {
        using SqliteCommand command = Command(
            "SELECT idx, amount, mobile, created_on FROM refund WHERE payment = $a ORDER BY rowid", paymentIdx);
        using SqliteDataReader row = command.ExecuteReader();
        List<Refund> found = [];
        while (row.Read())
        {
            found.Add(new Refund(
                row.GetString(0), paymentIdx, row.GetInt64(1), row.IsDBNull(2) ? null : row.GetString(2), Instant(row.GetString(3))));
        }

        return found;
    }

    /// <summary>What the payer has paid from the wallet, with confirmed payments that are not completed, less refunds.</summary>
    internal long SpentFromWallet(string mobile)
    {
        using SqliteCommand command = Command("""
            SELECT COALESCE(SUM(amount - refunded_amount), 0) FROM payment
            WHERE mobile = $a AND COALESCE(paid_with, $b) = $b AND state IN ($c, $d, $e, $f)
            """,
            mobile, PayMode.Wallet, TransactionState.Confirmed, TransactionState.Completed, TransactionState.PartiallyRefunded,
            LinkState.PartiallyRefunded);
        return (long)command.ExecuteScalar()!;
    }

    internal Payer Payer(string mobile)
    {
        using SqliteCommand command = Command("SELECT pin_failures, locked_until FROM payer WHERE mobile = $a", mobile);
        using SqliteDataReader row = command.ExecuteReader();
        return row.Read()
            ? new Payer(mobile, row.GetInt32(0), row.IsDBNull(1) ? null : Instant(row.GetString(1)))
            : new Payer(mobile, 0, null);
    }

    internal void Save(Payer payer) => Execute("""
        INSERT INTO payer (mobile, pin_failures, locked_until) VALUES ($a, $b, $c)
        ON CONFLICT (mobile) DO UPDATE SET pin_failures = excluded.pin_failures, locked_until = excluded.locked_until
        """,
        payer.Mobile, payer.PinFailures, payer.LockedUntil is { } until ? Instant(until) : null);

    internal void DeleteAll()
    {
        Execute("DELETE FROM refund");
        Execute("DELETE FROM payment");
        Execute("DELETE FROM payer");
    }

    private List<Transaction> Query(string sql, params object?[] values)
    {
        using SqliteCommand command = Command(sql, values);
        using SqliteDataReader row = command.ExecuteReader();
        List<Transaction> found = [];
        while (row.Read())
        {
            found.Add(Read(row));
        }

        return found;
    }

    private static Transaction Read(SqliteDataReader row)
    {
        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        return new Transaction
        {
            Idx = row.GetString(0),
            Token = Text(1),
            Pidx = Text(2),
            Flow = Enum.Parse<Flow>(row.GetString(3)),
            MerchantIdx = row.GetString(4),
            Mode = Enum.Parse<Mode>(row.GetString(5)),
            State = row.GetString(6),
            Amount = row.GetInt64(7),
            Fee = row.GetInt64(8),
            FeeIdx = Text(9),
            RefundedAmount = row.GetInt64(10),
            Mobile = row.GetString(11),
            ProductIdentity = row.GetString(12),
            ProductName = row.GetString(13),
            ProductUrl = Text(14),
            PurchaseOrderId = Text(15),
            Extras = JsonNode.Parse(row.GetString(16))!.AsObject(),
            OtpFailures = row.GetInt32(17),
            CreatedOn = Instant(row.GetString(18)),
            ReturnUrl = Text(19),
            ExpiresAt = Text(20) is { } until ? Instant(until) : null,
            PaidWith = Text(21),
            Order = JsonNode.Parse(row.GetString(22))!.AsObject(),
        };
    }

    private void Execute(string sql, params object?[] values)
    {
        using SqliteCommand command = Command(sql, values);
        command.ExecuteNonQuery();
    }

    /// <summary>A command whose parameters are named $a, $b, $c … in the order of <paramref name="values"/>.</summary>
    private SqliteCommand Command(string sql, params object?[] values)
    {
        SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The SQL texts are constants of this file; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue($"${(char)('a' + i)}", values[i] ?? DBNull.Value);
        }

        return command;
    }

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset Instant(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
