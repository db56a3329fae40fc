#include "ui/why/why_dialog.h"

#include <QComboBox>
#include <QFileDialog>
#include <QPushButton>
#include <QScrollArea>
#include <QSlider>

#include <algorithm>

#include "core/explain/heat_map.h"
#include "ui/lanes/thumbnails.h"
#include "ui/memes/meme_wall.h"
#include "ui/why/effect_bars.h"
#include "ui/why/heat_view.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

constexpr int kSide = 330;

QString pointsOf(double points)
{
    return QString::fromStdString(pointsText(points));
}

/// The checks that every map carries, as sentences.
QString checksText(const Explanation &map)
{
    const MapChecks &checks = map.checks;
    QStringList lines;
    if (checks.shuffledCorrelation)
        lines << WhyDialog::tr("Beside the map of a head that learned from shuffled upvotes: rank correlation %1.")
                     .arg(*checks.shuffledCorrelation, 0, 'f', 2);
    else if (checks.keptControl && !map.grid.empty())
        lines << WhyDialog::tr("A head that learned from shuffled upvotes is moved by nothing in this picture.");
    if (checks.strengthRatio)
        lines << WhyDialog::tr("It moves this score %1 times as far.").arg(*checks.strengthRatio, 0, 'f', 1);
    if (checks.deletionTop && checks.deletionRandom)
        lines << WhyDialog::tr("Covering the strongest fifth takes %1 points, a random fifth %2.")
                     .arg(pointsOf(*checks.deletionTop), pointsOf(*checks.deletionRandom));
    for (const std::string &note : map.notes)
        lines << plainTitle(note, 400);
    return lines.join(QLatin1Char('\n'));
}

}  // namespace

WhyDialog::WhyDialog(Session &session, ExplainOrder order, QWidget *parent)
    : QDialog(parent), m_session(session), m_order(std::move(order)), m_view(new HeatView(this)),
      m_legend(new HeatLegend(this)), m_opacity(new QSlider(Qt::Horizontal, this)), m_method(new QComboBox(this)),
      m_bar(newBar(tr("Progress of the explanation"), this)), m_stop(new QPushButton(tr("Stop"), this)),
      m_export(new QPushButton(tr("Export…"), this)),
      m_score(new TextLabel({}, int(TextRole::Heading), TextLabel::Tone::Normal, this)), m_state(paragraph({}, this)),
      m_warning(paragraph({}, this, TextRole::Body, TextLabel::Tone::Bad)),
      m_place(new TextLabel({}, int(TextRole::Caption), TextLabel::Tone::Muted, this)),
      m_wordsTitle(paragraph(tr("Each word left out, in points"), this, TextRole::Heading, TextLabel::Tone::Normal)),
      m_familiesTitle(paragraph(tr("What describes it, in points"), this, TextRole::Heading, TextLabel::Tone::Normal)),
      m_checks(paragraph({}, this)), m_words(new EffectBars(tr("Each word left out, in points"), this)),
      m_families(new EffectBars(tr("Families of descriptors, in points"), this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Why this score"));
    m_method->addItem(tr("Cover parts of it"), int(ExplainMethod::Occlusion));
    m_method->addItem(tr("Grad-CAM"), int(ExplainMethod::GradCam));
    m_method->setAccessibleName(tr("Method"));
    m_opacity->setRange(0, 100);
    m_opacity->setValue(70);
    m_opacity->setAccessibleName(tr("Opacity of the map"));
    m_opacity->setToolTip(tr("Opacity of the map"));
    m_place->setObjectName(QStringLiteral("place"));
    m_warning->setObjectName(QStringLiteral("warning"));
    m_checks->setObjectName(QStringLiteral("checks"));

    auto *columns = newBox<QHBoxLayout>(16, this, {16, 16, 16, 16});
    auto *left = newBox<QVBoxLayout>(8);
    left->addWidget(m_view, 1);
    m_place->setElided(true);
    m_place->setMinimumHeight(18);
    left->addWidget(m_place);
    left->addWidget(m_legend);
    auto *slide = newBox<QHBoxLayout>(10);
    slide->addWidget(new TextLabel(tr("Picture"), int(TextRole::Caption), TextLabel::Tone::Muted, this));
    slide->addWidget(m_opacity, 1);
    slide->addWidget(new TextLabel(tr("Map"), int(TextRole::Caption), TextLabel::Tone::Muted, this));
    left->addLayout(slide);
    columns->addLayout(left, 1);
    columns->addWidget(makeSide());

    connect(m_opacity, &QSlider::valueChanged, this, [this](int value) { m_view->setOpacity(value / 100.0); });
    connect(m_view, &HeatView::picked, m_place, &QLabel::setText);
    connect(m_method, &QComboBox::activated, this, [this] { start(); });
    connect(m_stop, &QPushButton::clicked, this, [this] { m_session.explanations().cancel(); });
    connect(m_export, &QPushButton::clicked, this, [this] { exportMap(); });
    connect(&session, &Session::changed, this, [this](Change change) {
        if (change == Change::Explanation)
            follow(m_session.explanations().job());
    });
    const QSize room = parent ? parent->window()->size() : QSize(1000, 700);
    resize(std::clamp(room.width() - 60, 700, 1200), std::clamp(room.height() - 60, 480, 860));
    m_view->setFocus();
    start();
}

WhyDialog::~WhyDialog()
{
    m_session.explanations().cancel();
}

QWidget *WhyDialog::makeSide()
{
    auto *side = new QWidget(this);
    side->setFixedWidth(kSide);
    auto *column = newBox<QVBoxLayout>(10, side);
    m_score->setElided(true);
    auto *how = newBox<QHBoxLayout>(8);
    how->addWidget(m_method, 1);
    how->addWidget(m_stop);
    addWidgets(*column, {m_score, m_state});
    column->addLayout(how);
    column->addWidget(m_bar);

    auto *scroll = new QScrollArea(side);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto *inside = new QWidget;
    auto *reasons = newBox<QVBoxLayout>(8, inside, {0, 0, 10, 0});
    addWidgets(*reasons,
               {m_warning, m_wordsTitle, m_words, m_familiesTitle, m_families,
                paragraph(tr("May it be believed?"), inside, TextRole::Heading, TextLabel::Tone::Normal), m_checks});
    reasons->addStretch(1);
    scroll->setWidget(inside);
    column->addWidget(scroll, 1);

    auto *buttons = newBox<QHBoxLayout>(8);
    auto *shut = new QPushButton(tr("Close"), side);
    connect(shut, &QPushButton::clicked, this, &QDialog::close);
    m_export->setAutoDefault(false);
    m_stop->setAutoDefault(false);
    shut->setAutoDefault(false);
    buttons->addStretch(1);
    buttons->addWidget(m_export);
    buttons->addWidget(shut);
    column->addLayout(buttons);
    return side;
}

void WhyDialog::start()
{
    m_shown.reset();
    m_view->setExplanation(nullptr);
    m_warning->hide();
    m_checks->clear();
    for (QWidget *widget : std::initializer_list<QWidget *>{m_wordsTitle, m_words, m_familiesTitle, m_families})
        widget->hide();
    m_session.explanations().explain(m_order, ExplainMethod(m_method->currentData().toInt()));
}

void WhyDialog::follow(const ExplanationJob &job)
{
    m_stop->setEnabled(job.state == SideJob::State::Running);
    m_bar->setVisible(job.isBusy());
    if (job.isBusy())
        showProgress(*m_bar, job.done, job.total);
    if (job.map && job.map != m_shown)
        showMap(*job.map);
    m_shown = job.map;
    m_export->setEnabled(m_shown != nullptr);
    const QString about = plainTitle(m_order.name.toStdString());
    m_score->setText(m_shown ? tr("Percentile %1 · %2").arg(m_shown->score, 0, 'f', 1).arg(about) : about);
    m_score->setToolTip(plainToolTip(about));
    const bool preview = m_shown && !m_shown->complete;
    switch (job.state) {
    case SideJob::State::Running:
        m_state->setText(preview && m_shown->method == ExplainMethod::GradCam && job.method == ExplainMethod::Occlusion
                             ? tr("A first guess by Grad-CAM; covering parts of the picture meanwhile.")
                         : preview ? tr("Not finished: its checks are still to come.")
                                   : tr("Looking at the picture…"));
        break;
    case SideJob::State::Stopping: m_state->setText(tr("Stopping…")); break;
    case SideJob::State::Failed: m_state->setText(job.error); break;
    case SideJob::State::Done:
        m_state->setText(m_shown ? tr("Wholly covered it would stand at %1. %2 pictures looked at in %3 s.")
                                       .arg(m_shown->base, 0, 'f', 1)
                                       .arg(m_shown->forwards)
                                       .arg(m_shown->seconds, 0, 'f', 1)
                                 : QString());
        break;
    case SideJob::State::Idle: m_state->setText(tr("Stopped.")); break;
    }
}

void WhyDialog::showMap(const Explanation &map)
{
    m_view->setExplanation(m_session.explanations().job().map);
    m_legend->setExplanation(&map);
    QStringList warnings;
    for (const std::string &warning : map.warnings)
        warnings << plainTitle(warning, 600);
    m_warning->setText(warnings.join(QStringLiteral("\n\n")));
    m_warning->setVisible(!warnings.isEmpty());
    std::vector<std::pair<QString, double>> words, families;
    for (const WordEffect &word : map.words)
        words.emplace_back(plainTitle(word.word, 60), word.points);
    for (const FamilyEffect &family : map.families)
        families.emplace_back(QString::fromStdString(family.family), family.points);
    for (QWidget *widget : std::initializer_list<QWidget *>{m_wordsTitle, m_words})
        widget->setVisible(!words.empty());
    for (QWidget *widget : std::initializer_list<QWidget *>{m_familiesTitle, m_families})
        widget->setVisible(!families.empty());
    m_words->setEffects(std::move(words));
    m_families->setEffects(std::move(families));
    m_checks->setText(map.complete ? checksText(map) : tr("Its checks are still to come."));
}

void WhyDialog::exportMap()
{
    QString chosen;
    QString file = QFileDialog::getSaveFileName(this, tr("Export the map"), QStringLiteral("why.png"),
                                                QStringLiteral("PNG (*.png);;SVG (*.svg)"), &chosen);
    if (!file.isEmpty() && !file.endsWith(QStringLiteral(".png"), Qt::CaseInsensitive)
        && !file.endsWith(QStringLiteral(".svg"), Qt::CaseInsensitive))
        file += chosen.startsWith(QStringLiteral("SVG")) ? QStringLiteral(".svg") : QStringLiteral(".png");
    if (!file.isEmpty() && m_shown)
        m_session.explanations().save(m_shown, toPath(file));
}

}  // namespace dank::ui
