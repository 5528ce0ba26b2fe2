using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace KhaltiCheckout.Storage.PostgreSqlMigrations
{
    /// <inheritdoc />
    public partial class LeastReader : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "FoundVersion",
                table: "DayCloses",
                type: "integer",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.CreateTable(
                name: "SchemaVersion",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false),
                    LeastReader = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SchemaVersion", x => x.Id);
                });

            migrationBuilder.InsertData(
                table: "SchemaVersion",
                columns: new[] { "Id", "LeastReader" },
                values: new object[] { 1, 1 });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "SchemaVersion");

            migrationBuilder.DropColumn(
                name: "FoundVersion",
                table: "DayCloses");
        }
    }
}
