using System.Text.Json.Nodes;
using Khalti.Client;
using KhaltiCheckout.Tests.Support;
using KhaltiCheckout.Views;

namespace KhaltiCheckout.Tests.Receipts;

public sealed class ReceiptTests
{
    [Fact]
    public async Task Receipt_numbers_have_no_gaps_under_parallel_payments()
    {
        await using Shop shop = await Shop.OpenAsync();
        await using Shop other = shop.OpenAnother();
        (JsonNode Order, string Token)[] paying = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => shop.GivenConfirmedAsync()));

        await Task.WhenAll(paying.Select((one, at) => at % 5 == 0
            ? shop.VerifyAsync(one.Order, "AMadeUpToken" + at)
            : (at % 2 == 0 ? shop : other).VerifyAsync(one.Order, one.Token)));

        List<string> numbers = [];
        foreach ((JsonNode order, _) in paying)
        {
            JsonNode after = await shop.ReadAsync(order);
            (after["receipt"] is null).ShouldBe(after.Status() == "pending");
            if (after["receipt"] is { } receipt)
            {
                numbers.Add((string)receipt["number"]!);
            }
        }

        string year = numbers[0][..8];
        numbers.Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(1, 16).Select(number => $"{year}{number:000000}"));
    }

    [Fact]
    public async Task Receipt_numbers_restart_at_one_with_a_new_fiscal_year()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:OrderLifetime", "29.00:00:00"));
        shop.Clock.MoveTo(new DateTimeOffset(2027, 7, 16, 18, 14, 0, TimeSpan.Zero));
        (JsonNode last, string lastToken) = await shop.GivenConfirmedAsync();
        (JsonNode first, string firstToken) = await shop.GivenConfirmedAsync();
        await shop.VerifyAsync(last, lastToken);
        shop.Clock.Advance(TimeSpan.FromMinutes(1));
        await shop.VerifyAsync(first, firstToken);

        ((string?)(await shop.ReadAsync(last))["receipt"]!["number"]).ShouldBe("2083/84-000001");
        ((string?)(await shop.ReadAsync(first))["receipt"]!["number"]).ShouldBe("2084/85-000001");
    }

    [Fact]
    public async Task The_receipt_has_the_seller_and_the_tax_included_in_the_price()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:Pan", "600000001"), ("Store:VatPercent", "13"));
        (JsonNode order, _) = await shop.GivenPaidAsync();

        JsonNode receipt = (await shop.ReadAsync(order))["receipt"]!;

        ((string)receipt["sellerPan"]!).ShouldBe("600000001");
        receipt["vat"]!.ToJsonString().ShouldBe("""{"percent":13,"taxable":16372,"amount":2128}""");
        receipt["creditNotes"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_receipt_keeps_its_data_when_the_settings_change()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode order, _) = await shop.GivenPaidAsync();

        shop.Set("Store:Pan", "600000001");
        shop.Set("Store:VatPercent", "13");
        await shop.ReopenAsync();

        JsonNode receipt = (await shop.ReadAsync(order))["receipt"]!;
        receipt["sellerPan"].ShouldBeNull();
        receipt["vat"].ShouldBeNull();
    }

    [Fact]
    public async Task Each_refund_has_a_credit_note()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:Pan", "600000001"), ("Store:VatPercent", "13"));
        (JsonNode order, _) = await shop.GivenPaidAsync();
        (_, JsonNode first) = await shop.RefundAsync(order, 11300);
        await shop.Sandbox.FaultAsync("refund", "drop_after", times: 1);
        (_, JsonNode second) = await shop.RefundAsync(order);
        second["creditNoteNumber"].ShouldBeNull("its outcome is not known");
        await shop.PassAfterAsync(TimeSpan.FromSeconds(6));

        JsonArray notes = (await shop.ReadAsync(order))["receipt"]!["creditNotes"]!.AsArray();

        string year = ((string)first["creditNoteNumber"]!)[..8];
        notes.Select(note => (string)note!["number"]!).ShouldBe([year + "000001", year + "000002"]);
        notes.Select(note => (long)note!["amount"]!).ShouldBe([11300, 7200]);
        notes[0]!["vat"]!.ToJsonString().ShouldBe("""{"percent":13,"taxable":10000,"amount":1300}""");
    }

    [Fact]
    public async Task The_tax_of_partial_refunds_adds_up_to_the_receipts()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:Pan", "600000001"), ("Store:VatPercent", "13"));
        JsonNode order = await shop.GivenOrderAsync(
            KeyHolding.SettingsKey, new { lines = new[] { new { name = "Sweet", unitPrice = 1000, quantity = 1 } } });
        await shop.VerifyAsync(order, await shop.Sandbox.ConfirmedTokenAsync(1000, order.Id()));
        foreach (long part in (long[])[334, 333, 333])
        {
            (await shop.RefundAsync(order, part)).Status.ShouldBe(201);
        }

        JsonNode receipt = (await shop.ReadAsync(order))["receipt"]!;

        JsonArray notes = receipt["creditNotes"]!.AsArray();
        ((long)receipt["vat"]!["amount"]!).ShouldBe(115);
        notes.Sum(note => (long)note!["vat"]!["amount"]!).ShouldBe(115);
        notes.ShouldAllBe(note => (long)note!["vat"]!["amount"]! + (long)note["vat"]!["taxable"]! == (long)note["amount"]!);
    }

    /// <summary>After each refund the remaining amount has its own tax, so the last refund takes the rest.</summary>
    [Fact]
    public void The_tax_of_any_split_of_refunds_is_exact()
    {
        Random random = new(20);
        for (int split = 0; split < 20_000; split++)
        {
            Paisa whole = new(random.NextInt64(1, split % 2 == 0 ? 300 : 10_000_000));
            int percent = random.Next(1, 101);
            Paisa kept = whole;
            long tax = 0;
            while (kept > Paisa.Zero)
            {
                Paisa part = new(random.NextInt64(1, (long)kept + 1));
                VatView vat = VatView.Between(kept, kept - part, percent)!;
                (vat.Taxable + vat.Amount).ShouldBe(part);
                Math.Abs(((long)vat.Amount * (100 + percent)) - ((long)part * percent))
                    .ShouldBeLessThanOrEqualTo(100 + percent, "a paisa at most");
                tax += (long)vat.Amount;
                kept -= part;
            }

            tax.ShouldBe((long)VatView.In(whole, percent)!.Amount);
        }
    }

    [Fact]
    public async Task An_unknown_fiscal_year_is_reported_a_year_before()
    {
        await using Shop shop = await Shop.OpenAsync();
        (await NoticesAsync(shop)).ShouldBeEmpty();
        shop.ExpectWarnings();

        shop.Clock.MoveTo(new DateTimeOffset(2028, 7, 15, 18, 15, 0, TimeSpan.Zero));
        await shop.ReopenAsync();

        (await NoticesAsync(shop)).ShouldBe(["fiscal_year_ending"]);
        shop.Log.Warnings.ShouldContain(line => line.Contains("Store:FiscalYearStarts:2086", StringComparison.Ordinal));
        await shop.ReopenAsync(("Store:FiscalYearStarts:2086", "2029-07-17"));
        (await NoticesAsync(shop)).ShouldBeEmpty();
    }

    private static async Task<IEnumerable<string>> NoticesAsync(Shop shop) =>
        (await shop.WithKeyAsync(HttpMethod.Get, "/api/v1/admin/summary?days=1")).Body["notices"]!.AsArray()
            .Select(notice => (string)notice!);

    [Fact]
    public async Task An_order_is_found_by_receipt_or_credit_note_number()
    {
        await using Shop shop = await Shop.OpenAsync();
        (JsonNode first, _) = await shop.GivenPaidAsync();
        (JsonNode second, _) = await shop.GivenPaidAsync();
        (_, JsonNode refund) = await shop.RefundAsync(second);
        string receipt = (string)(await shop.ReadAsync(first))["receipt"]!["number"]!;

        (await FindAsync(shop, receipt)).ShouldContain(first.Id());
        (await FindAsync(shop, (string)refund["creditNoteNumber"]!)).ShouldContain(second.Id());
        (await FindAsync(shop, receipt[..8] + "000099")).ShouldBeEmpty();
    }

    private static async Task<IEnumerable<string>> FindAsync(Shop shop, string text) =>
        (await shop.WithKeyAsync(HttpMethod.Get, "/api/v1/admin/orders?q=" + Uri.EscapeDataString(text))).Body["data"]!.AsArray()
            .Select(order => order!.Id());

    [Fact]
    public async Task A_refund_of_a_second_payment_has_no_credit_note()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenPaidTwiceAsync();

        (_, JsonNode refund) = await shop.RefundAsync(order);

        refund["creditNoteNumber"].ShouldBeNull();
        (await shop.ReadAsync(order))["receipt"]!["creditNotes"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Store:Pan", "12345678")]
    [InlineData("Store:Pan", "12345678a")]
    [InlineData("Store:VatPercent", "13")]
    [InlineData("Store:FiscalYearStarts:2084", "2027-08-17")]
    [InlineData("Store:FiscalYearStarts:next", "2027-07-17")]
    public async Task A_wrong_seller_setting_stops_the_start_and_is_named(string key, string value)
    {
        (await Starting.RefusalAsync("Development", (key, value))).ShouldContain("Store:");
    }
}
