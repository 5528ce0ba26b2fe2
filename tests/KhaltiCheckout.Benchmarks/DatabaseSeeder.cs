using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.Data.Sqlite;

namespace KhaltiCheckout.Benchmarks;

/// <summary>Ids, names and phone numbers of stored orders, for the requests.</summary>
internal sealed record SeededData(
    string[] Ids, string[] Phones, string CommonName, string OtherName, string CommonLastName, string RareName, string OldName);

/// <summary>
/// Inserts orders directly into the tables of a stopped shop, with lines, payments, timeline and search terms as the shop writes
/// them: a year of orders, most paid, some unpaid, some refunded; or orders that expired long ago; or orders with an open link. The
/// same in every run except for the dates.
/// </summary>
internal sealed class DatabaseSeeder(string file)
{
    private const string RareName = "Zenisha";

    // The name of every fourth customer in the oldest fifth of the orders, and of none later.
    private const string OldName = "Tulasi";

    // A fiscal year in which the shop assigns no receipt numbers any more.
    private const int ReceiptYear = 2000;

    private static readonly string[] FirstNames =
        ["Sita", "Ram", "Gita", "Hari", "Maya", "Krishna", "Laxmi", "Bishnu", "Anita", "Suresh", "Sunita", "Rajesh", "Puja", "Dipak",
            "Kabita", "Nabin"];

    private static readonly string[] LastNames =
        ["Sharma", "Shrestha", "Gurung", "Tamang", "Rai", "Thapa", "Magar", "Adhikari", "Karki", "Bhattarai", "Lama", "Sherpa", "Chaudhary",
            "Yadav", "Khadka", "KC"];

    private static readonly (string Id, string Name, long Price)[] Products =
        [("ilam-tea", "Ilam tea", 18_500), ("prayer-flags", "Prayer flags", 15_000), ("timur-pepper", "Timur pepper", 12_000),
            ("dhaka-topi", "Dhaka topi", 50_000)];

    private readonly Random _random = new(20261120);
    private readonly byte[] _guid = new byte[16];

    internal SeededData Seed(int size, CancellationToken cancellationToken) =>
        Fill(tables => SeedTables(tables, size, cancellationToken), cancellationToken);

    /// <summary>Orders that expired half a year ago and later, without a payment.</summary>
    internal void SeedExpired(int size, CancellationToken cancellationToken) => Fill(
        tables =>
        {
            DateTimeOffset first = TimeProvider.System.GetUtcNow().AddDays(-180);
            TimeSpan step = TimeSpan.FromDays(60) / size;
            for (int at = 0; at < size; at++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Unpaid(tables, first + (at * step), "expired");
            }

            return true;
        },
        cancellationToken);

    /// <summary>Orders of the last minutes with a payment link that is due to be asked about.</summary>
    internal void SeedOpenLinks(int size, CancellationToken cancellationToken) => Fill(
        tables =>
        {
            DateTimeOffset first = TimeProvider.System.GetUtcNow().AddMinutes(-10);
            TimeSpan step = TimeSpan.FromMinutes(9) / size;
            for (int at = 0; at < size; at++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                DateTimeOffset now = first + (at * step);
                string order = Unpaid(tables, now, "pending");
                tables.Links.Add(
                    Id(TypeId.Payment, now), order, "epayment", "initiated", "Initiated", SampleOrder.Amount, Gateway.PidxOf(order),
                    "https://pay.example/", now.AddHours(1).UtcDateTime, now.UtcDateTime, now.AddMinutes(1).UtcDateTime, 0, 0, 0, 0, 1);
            }

            return true;
        },
        cancellationToken);

    private string Unpaid(Tables tables, DateTimeOffset now, string status)
    {
        string id = Id(TypeId.Order, now);
        string name = $"{FirstNames[_random.Next(FirstNames.Length)]} {LastNames[_random.Next(LastNames.Length)]}";
        tables.Orders.Add(
            id, status, null, SampleOrder.Amount, 0, name, null, null, now.UtcDateTime, now.AddHours(1).UtcDateTime, null, 0, 2,
            NepalTime.DayOf(now), null, null, OrderNumber.New());
        tables.Lines.Add(0, Products[0].Id, Products[0].Name, Products[0].Price, SampleOrder.Quantity, SampleOrder.Amount, id);
        string words = string.Join(' ', OrderSearchIndex.WordsOf(name, null, null, [Products[0].Name], SampleOrder.Amount));
        tables.Words.Add(OrderSearchIndex.KeyOf(id), id, $" {words} ");
        tables.Timeline.Add(id, 1, null, now.UtcDateTime, "order_placed", "shopper", $"1 lines, {SampleOrder.Amount} paisa");
        return id;
    }

    private T Fill<T>(Func<Tables, T> fill, CancellationToken cancellationToken)
    {
        using SqliteConnection connection = new($"Data Source={file};Pooling=False");
        connection.Open();

        // The file need not survive a power failure. Indexes are created at the end, which is faster.
        Execute(connection, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF; PRAGMA cache_size=-1048576;");
        (string Name, string Sql)[] indexes = IndexesOf(connection);
        foreach ((string name, _) in indexes)
        {
            Execute(connection, $"DROP INDEX \"{name}\"");
        }

        T seeded;
        using (SqliteTransaction transaction = connection.BeginTransaction())
        using (Tables tables = new(connection))
        {
            seeded = fill(tables);
            transaction.Commit();
        }

        Execute(connection, "INSERT INTO \"OrderWordsIndex\" (\"OrderWordsIndex\") VALUES ('rebuild')");
        foreach ((_, string sql) in indexes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Execute(connection, sql);
        }

        return seeded;
    }

    private SeededData SeedTables(Tables tables, int size, CancellationToken cancellationToken)
    {
        string[] ids = new string[size];
        List<string> phones = [];
        DateTimeOffset last = TimeProvider.System.GetUtcNow().AddHours(-2);
        TimeSpan step = TimeSpan.FromDays(365) / size;
        for (int at = 0; at < size; at++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            DateTimeOffset now = last - ((size - 1 - at) * step);
            ids[at] = Id(TypeId.Order, now);
            string first = _random.Next(2000) == 0 || at == 0 ? RareName
                : at < size / 5 && _random.Next(4) == 0 ? OldName
                : FirstNames[_random.Next(FirstNames.Length)];
            string phone = $"98{_random.Next(100_000_000):d8}";
            Customer customer =
                new($"{first} {LastNames[_random.Next(LastNames.Length)]}", $"{first.ToLowerInvariant()}{at}@example.com", phone);
            if (_random.Next(10) < 3)
            {
                customer = customer with { Email = null };
            }

            Order(tables, ids[at], at, now, customer);
            if (phones.Count < 1000 && _random.Next(size) < 1000)
            {
                phones.Add(phone);
            }
        }

        return new SeededData(ids, [.. phones], FirstNames[0], FirstNames[1], LastNames[0], RareName, OldName);
    }

    private void Order(Tables tables, string id, int at, DateTimeOffset now, Customer customer)
    {
        (string product, string name, long price) = Products[_random.Next(Products.Length)];
        int quantity = _random.Next(1, 4);
        long amount = price * quantity;
        int luck = _random.Next(1000);
        string status =
            luck switch { < 780 => "paid", < 890 => "expired", < 970 => "cancelled", < 990 => "refunded", _ => "partially_refunded" };
        bool isPaid = luck is < 780 or >= 970;
        long refunded = luck switch { < 970 => 0, < 990 => amount, _ => amount / 2 };
        DateTimeOffset paidAt = now.AddMinutes(2);
        string? attention = at % 5000 == 0 && isPaid ? "paid_late" : null;
        DateOnly day = NepalTime.DayOf(now);

        tables.Orders.Add(
            id, status, attention, amount, refunded, customer.Name, customer.Email, customer.Phone, now.UtcDateTime,
            now.AddHours(1).UtcDateTime,
            isPaid ? paidAt.UtcDateTime : null, 0, 5, day, isPaid ? ReceiptYear : null, isPaid ? at + 1 : null, OrderNumber.New());
        if (attention is not null)
        {
            tables.Reasons.Add($"rsn_{id[4..]}", id, attention, paidAt.UtcDateTime);
        }

        tables.Lines.Add(0, product, name, price, quantity, amount, id);
        string words = string.Join(' ', OrderSearchIndex.WordsOf(customer.Name, customer.Email, customer.Phone, [name], amount));
        tables.Words.Add(OrderSearchIndex.KeyOf(id), id, $" {words} ");

        tables.Timeline.Add(id, 1, null, now.UtcDateTime, "order_placed", "shopper", $"1 lines, {amount} paisa");
        if (!isPaid)
        {
            tables.Timeline.Add(
                id, 4, null, now.AddHours(1).UtcDateTime, "order_" + status, status == "expired" ? "worker" : "shopper", null);
        }

        if (isPaid || _random.Next(3) == 0)
        {
            string payment = Pay(tables, id, amount, refunded, paidAt, isPaid, day);
            AddRefund(tables, id, payment, at, amount, refunded, paidAt.AddDays(_random.NextDouble()));
        }
    }

    private string Pay(Tables tables, string order, long amount, long refunded, DateTimeOffset at, bool isPaid, DateOnly day)
    {
        string payment = Id(TypeId.Payment, at);
        string status = !isPaid ? "failed" : refunded == 0 ? "completed" : refunded == amount ? "refunded" : "partially_refunded";
        tables.Payments.Add(
            payment, order, "widget", status, isPaid ? "Completed" : null, amount, isPaid ? amount * 3 / 100 : null, $"token-of-{order}",
            isPaid ? payment[^22..] : null, isPaid ? null : "refused_by_khalti", at.UtcDateTime, isPaid ? at.UtcDateTime : null,
            isPaid ? amount : null, refunded, isPaid ? day : null, 0, 0, 0, 3);
        tables.Timeline.Add(order, 2, payment, at.UtcDateTime, "payment_verifying", "shopper", $"widget, {amount} paisa");
        tables.Timeline.Add(
            order, 3, payment, at.UtcDateTime, isPaid ? "payment_completed" : "payment_failed", "khalti",
            $"transaction {payment[^22..]}, {amount} paisa, Khalti said so, as expected");
        return payment;
    }

    private void AddRefund(Tables tables, string order, string payment, int number, long amount, long refunded, DateTimeOffset at)
    {
        if (refunded == 0)
        {
            return;
        }

        tables.Refunds.Add(
            Id(TypeId.Refund, at), order, payment, "completed", "merchant", refunded, 0, "came back", at.UtcDateTime, at.UtcDateTime,
            NepalTime.DayOf(at), 0, 0, 0, 2, "widget", 0, refunded, ReceiptYear, number + 1);
        tables.Timeline.Add(order, 5, payment, at.UtcDateTime, "refund_completed", "merchant", $"{refunded} of {amount} paisa");
    }

    // In the shop's format, but from a seeded random generator.
    private string Id(string prefix, DateTimeOffset now)
    {
        Guid.CreateVersion7(now).TryWriteBytes(_guid, bigEndian: true, out _);
        _random.NextBytes(_guid.AsSpan(6));
        return TypeId.Encode(prefix, new Guid(_guid, bigEndian: true));
    }

    private static (string, string)[] IndexesOf(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
        using SqliteDataReader reader = command.ExecuteReader();
        List<(string, string)> indexes = [];
        while (reader.Read())
        {
            indexes.Add((reader.GetString(0), reader.GetString(1)));
        }

        return [.. indexes];
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // SQL constants of this file and index definitions of the database.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private sealed record Customer(string Name, string? Email, string Phone);
}
