// The pipelines that `doorbuster init --ci` writes. Each installs, runs the nightly profile against `latest-pass`, keeps
// the report as one file, and carries the results of earlier nights (nothing else of them) to the next.

export const PIPELINES = ['github', 'gitlab', 'jenkins'] as const;
export type PipelineName = (typeof PIPELINES)[number];

/** `minutes`: after which the CI server gives up. `profile`: path in the repository. */
export type PipelineOptions = { profile: string; minutes: number };
export type Pipeline = { file: string; text: string };

/** The report of a run that died, from its journal: it is lost with the rest of the folder otherwise. */
const rescue = (folder: string): string =>
  `if [ -f ${folder}/run.journal ] && [ ! -f ${folder}/result.json ]; then npx doorbuster report ${folder} || true; fi`;

/**
 * Tonight's run folder is one that no night before has, also where a job is started again or made anew; of earlier ones
 * only result.json is kept.
 */
const KEEP = 'find reports -mindepth 2 -type f ! -name result.json -delete';

export function pipelineFor(name: PipelineName, options: PipelineOptions): Pipeline {
  return { github, gitlab, jenkins }[name](options);
}

const HOW = `# Point it at the shop with the variable CHECKOUT_URL, or at the built-in shop without it. A host other than this machine
# must be named in the profile's target.allow.
# Exit codes: 0 PASS, 99 FAIL, 4 INVALID (the generator was not fit), 5 INCONCLUSIVE, 6 slower than the last pass.`;

function github({ profile, minutes }: PipelineOptions): Pipeline {
  const id = `\${{ github.run_id }}-\${{ github.run_attempt }}`;
  return {
    file: '.github/workflows/doorbuster.yml',
    text: `# Every night: does the checkout still hold? Written by \`doorbuster init --ci github\`.
${HOW}
name: doorbuster

on:
  schedule:
    - cron: "17 2 * * *"
  workflow_dispatch:

permissions:
  contents: read

concurrency: doorbuster # two runs at once would measure each other

jobs:
  nightly:
    runs-on: ubuntu-latest
    timeout-minutes: ${minutes}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 24
          cache: npm
      - run: npm ci
      - name: Results of earlier nights
        uses: actions/cache/restore@v4
        with:
          path: reports
          key: doorbuster-${id}
          restore-keys: doorbuster-
      - name: Run
        env:
          CHECKOUT_URL: \${{ vars.CHECKOUT_URL || 'demo' }}
        run: npx doorbuster run ${profile} --out "reports/${id}" --baseline latest-pass
      - name: Report of a run that died
        if: always()
        run: ${rescue(`"reports/${id}"`)}
      - name: Report
        if: always()
        uses: actions/upload-artifact@v4
        with:
          name: doorbuster-report
          path: reports/${id}/report.html
          if-no-files-found: warn
      - name: Keep what the next night compares with
        if: always()
        run: if [ -d reports ]; then ${KEEP}; fi
      - uses: actions/cache/save@v4
        if: always()
        with:
          path: reports
          key: doorbuster-${id}
`,
  };
}

/** For starting the job, and for after_script, which GitLab gives five minutes but none once the job's own are over. */
const GITLAB_AFTER_MINUTES = 7;

function gitlab({ profile, minutes }: PipelineOptions): Pipeline {
  return {
    file: '.gitlab-ci.yml',
    text: `# Every night: does the checkout still hold? Written by \`doorbuster init --ci gitlab\`.
# Add a pipeline schedule (Build > Pipeline schedules).
${HOW}
doorbuster:
  image: node:24
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
    - if: $CI_PIPELINE_SOURCE == "web"
  resource_group: doorbuster # two runs at once would measure each other
  timeout: ${minutes} minutes
  variables: # what comes after a run that hangs needs time as well: without this the job would end with the run
    RUNNER_SCRIPT_TIMEOUT: ${minutes - GITLAB_AFTER_MINUTES}m
  cache:
    key: doorbuster
    when: always
    paths: [reports/]
  script:
    - npm ci
    - npx doorbuster run ${profile} --out "reports/$CI_JOB_ID" --baseline latest-pass
  after_script:
    - ${rescue('"reports/$CI_JOB_ID"')}
    - mkdir -p doorbuster-report
    - cp "reports/$CI_JOB_ID"/* doorbuster-report/ || true
    # Keep what the next night compares with.
    - if [ -d reports ]; then ${KEEP}; fi
  artifacts:
    when: always
    expire_in: 30 days
    expose_as: Doorbuster report
    paths: [doorbuster-report/report.html]
    reports:
      junit: doorbuster-report/junit.xml
      metrics: doorbuster-report/metrics.txt
`,
  };
}

function jenkins({ profile, minutes }: PipelineOptions): Pipeline {
  return {
    file: 'Jenkinsfile',
    text: `// Every night: does the checkout still hold? Written by \`doorbuster init --ci jenkins\`.
${HOW.replaceAll(/^#/gm, '//')}
pipeline {
  agent any
  triggers { cron('H 2 * * *') }
  options {
    disableConcurrentBuilds() // two runs at once would measure each other
    timeout(time: ${minutes}, unit: 'MINUTES')
  }
  environment {
    // A job that is made anew counts its builds from 1 again, in a workspace that has the nights of the one before.
    NIGHT = "\${env.BUILD_NUMBER}-\${currentBuild.startTimeInMillis}"
  }
  stages {
    stage('Doorbuster') {
      steps {
        sh 'npm ci'
        sh 'npx doorbuster run ${profile} --out "reports/$NIGHT" --baseline latest-pass'
      }
    }
  }
  post {
    always {
      sh '${rescue('"reports/$NIGHT"')}'
      junit allowEmptyResults: true, testResults: "reports/\${env.NIGHT}/junit.xml"
      archiveArtifacts allowEmptyArchive: true, artifacts: "reports/\${env.NIGHT}/report.html"
      // Keep what the next night compares with.
      sh 'if [ -d reports ]; then ${KEEP}; fi'
    }
  }
}
`,
  };
}
