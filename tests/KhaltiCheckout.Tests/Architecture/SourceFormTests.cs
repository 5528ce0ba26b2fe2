using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Architecture;

public sealed class SourceFormTests
{
    private const int MaxColumns = 140;

    [Fact]
    public void No_line_of_code_has_more_than_140_columns() =>
        Files("src").Concat(Files("tests")).SelectMany(LongLines).ShouldBeEmpty();

    // What the compiler's formatting rule does not look at.
    [Fact]
    public void Code_has_Unix_line_ends_one_at_its_end_and_no_byte_order_mark() =>
        Files("src").Concat(Files("tests")).Where(file => !IsWellFormed(File.ReadAllBytes(file))).ShouldBeEmpty();

    private static bool IsWellFormed(ReadOnlySpan<byte> code) =>
        code is not [0xEF, 0xBB, 0xBF, ..] && code is [.., not (byte)'\n', (byte)'\n'] && !code.Contains((byte)'\r');

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories).Where(IsWrittenByHand);

    // What dotnet ef writes stays as it is, and so does what a build or npm puts beside the sources.
    private static bool IsWrittenByHand(string file) =>
        Path.GetFileName(Path.GetDirectoryName(file)) is not ("Migrations" or "PostgreSqlMigrations")
        && !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "node_modules");

    private static IEnumerable<string> LongLines(string file) => File.ReadLines(file).Index()
        .Where(line => line.Item.Length > MaxColumns)
        .Select(line => $"{Path.GetRelativePath(Repository.Root, file)}:{line.Index + 1} has {line.Item.Length} columns");
}
